// One RTCPeerConnection for one stay: own tracks and receive slots, negotiated once. Every sender
// and receiver gets its transform before anything can flow: there is no way around the encryption.

import type { OwnTrack, Source, TransformOptions } from '../core/types';
import { audioCodecs, videoCodecs } from './codecs';

export interface Slots {
  readonly audio: number;
  readonly video: number;
}

export type OwnTracks = Readonly<Record<Source, MediaStreamTrack | null>>;

export interface PeerOffer {
  readonly sdp: string;
  readonly tracks: readonly OwnTrack[];
}

/** In the order of their m-lines. */
const sources: readonly Source[] = ['microphone', 'camera', 'screen', 'screenAudio'];

const cameraLayers: readonly RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

function encodings(source: Source, track: MediaStreamTrack | null): readonly RTCRtpEncodingParameters[] {
  if (source === 'microphone') return [{ maxBitrate: 48_000 }];
  if (source === 'screen') return [{ maxBitrate: 2_500_000 }];
  if (source === 'screenAudio') return [{ maxBitrate: 128_000 }];
  // Chromium leaves out the largest layer of pictures this small when there are three.
  const { width = 1280, height = 720 } = track?.getSettings() ?? {};
  return width * height < 960 * 540 ? cameraLayers.slice(1) : cameraLayers;
}

/** What a track will have at most when it isn't on yet. */
const nominalSize: Readonly<Record<Source, { width: number; height: number }>> = {
  microphone: { width: 0, height: 0 },
  camera: { width: 1280, height: 720 },
  screen: { width: 1920, height: 1080 },
  screenAudio: { width: 0, height: 0 },
};

export function canEncrypt(): boolean {
  return 'RTCRtpScriptTransform' in globalThis && 'RTCPeerConnection' in globalThis;
}

export class Peer {
  readonly #connection: RTCPeerConnection;
  readonly #frames: Worker;
  readonly #senders = new Map<Source, RTCRtpTransceiver>();
  readonly #receivers: RTCRtpTransceiver[] = [];

  constructor(frames: Worker, slots: Slots, tracks: OwnTracks, onState: (state: RTCPeerConnectionState) => void) {
    this.#frames = frames;
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.#connection = connection;
    connection.addEventListener('connectionstatechange', () => onState(connection.connectionState));
    for (const source of sources) this.#addSender(source, tracks[source]);
    for (let i = 0; i < slots.audio; ++i) this.#addReceiver('audio');
    for (let i = 0; i < slots.video; ++i) this.#addReceiver('video');
  }

  /** The offer, after every transform is in place. */
  async offer(): Promise<PeerOffer> {
    await this.#connection.setLocalDescription();
    if (this.#connection.getTransceivers().some(({ mid }, index) => mid !== midAt(index))) {
      throw new Error('this browser numbers m-lines in another way; frames would be attributed wrongly');
    }
    // The server is ICE-lite and learns our candidates from our checks: no need to wait for them.
    const sdp = this.#connection.localDescription?.sdp ?? '';
    return { sdp, tracks: sources.map((source) => this.#describe(source)) };
  }

  async accept(answer: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  async replace(source: Source, track: MediaStreamTrack | null): Promise<void> {
    await this.#senders.get(source)?.sender.replaceTrack(track);
  }

  /** Tracks of the receive slots by m-line; none before the offer, which names the m-lines. */
  tracks(kind: 'audio' | 'video'): ReadonlyMap<string, MediaStreamTrack> {
    const tracks = new Map<string, MediaStreamTrack>();
    for (const { receiver, mid } of this.#receivers) {
      if (mid !== null && receiver.track.kind === kind) tracks.set(mid, receiver.track);
    }
    return tracks;
  }

  close(): void {
    this.#connection.close();
  }

  #addSender(source: Source, track: MediaStreamTrack | null): void {
    const kind = isAudio(source) ? 'audio' : 'video';
    const transceiver = this.#connection.addTransceiver(track ?? kind, {
      direction: 'sendonly',
      sendEncodings: encodings(source, track).map((encoding) => ({ ...encoding })),
    });
    transceiver.sender.transform = this.#transform({ direction: 'send', source });
    preferCodecs(transceiver, kind);
    this.#senders.set(source, transceiver);
  }

  #addReceiver(kind: 'audio' | 'video'): void {
    const mid = midAt(this.#connection.getTransceivers().length);
    const transceiver = this.#connection.addTransceiver(kind, { direction: 'recvonly' });
    // At once: Chromium ignores a receiver's transform that comes after setLocalDescription().
    transceiver.receiver.transform = this.#transform({ direction: 'receive', mid });
    preferCodecs(transceiver, kind);
    this.#receivers.push(transceiver);
  }

  #transform(options: TransformOptions): RTCRtpScriptTransform {
    return new RTCRtpScriptTransform(this.#frames, options);
  }

  #describe(source: Source): OwnTrack {
    const transceiver = this.#senders.get(source);
    const settings = transceiver?.sender.track?.getSettings();
    const nominal = nominalSize[source];
    return {
      mid: midOf(transceiver?.mid ?? null),
      source,
      width: isAudio(source) ? 0 : (settings?.width ?? nominal.width),
      height: isAudio(source) ? 0 : (settings?.height ?? nominal.height),
    };
  }
}

function isAudio(source: Source): boolean {
  return source === 'microphone' || source === 'screenAudio';
}

function preferCodecs(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video'): void {
  const all = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const chosen = kind === 'audio' ? audioCodecs(all) : videoCodecs(all);
  if (chosen.length > 0) transceiver.setCodecPreferences(chosen);
}

/** What browsers name the m-line of the transceiver that was added at `index`; offer() makes sure. */
function midAt(index: number): string {
  return String(index);
}

function midOf(mid: string | null): string {
  if (mid === null) throw new Error('an m-line has no mid before the offer');
  return mid;
}
