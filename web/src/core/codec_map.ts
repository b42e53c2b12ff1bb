// Which codec a frame is in: by its own word where the browser says it, else by its payload type in the negotiated session.

import { codecNumbers } from './frames';

const names: Readonly<Record<string, number>> = codecNumbers;

export class CodecMap {
  #byPayloadType = new Map<number, number>();

  /** Takes the payload types of an answer. */
  learn(sdp: string): void {
    this.#byPayloadType = new Map();
    for (const [, type, name] of sdp.matchAll(/^a=rtpmap:(\d+) ([\w-]+)\//gm)) {
      const codec = names[(name ?? '').toLowerCase()];
      if (codec !== undefined) this.#byPayloadType.set(Number(type), codec);
    }
  }

  /** null: none that is spoken here; the frame is dropped. */
  of(frame: RTCEncodedVideoFrame | RTCEncodedAudioFrame): number | null {
    const { mimeType, payloadType } = frame.getMetadata() as { mimeType?: string; payloadType?: number };
    const name = mimeType?.split('/')[1]?.toLowerCase();
    if (name !== undefined && name in names) return names[name] ?? null;
    if (payloadType === undefined) return null;
    return this.#byPayloadType.get(payloadType) ?? null;
  }
}
