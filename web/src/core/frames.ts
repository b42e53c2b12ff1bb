// Media frames on their way between codec and network: sealed or opened whole, or dropped. There is no third way: nothing
// reaches a decoder that didn't authenticate, nothing leaves that isn't sealed.

import type { CodecMap } from './codec_map';
import type { Source, TransformOptions } from './types';
import type { CoreModule, OpenPlan } from './wasm';

/** As in sframe/shim.h. */
export const codecNumbers = { opus: 0, vp8: 1, vp9: 2, av1: 3, h264: 4 } as const;

const sourceNumbers: Readonly<Record<Source, number>> = { microphone: 0, camera: 1, screen: 2, screenAudio: 3 };
const keyRequestInterval = 500; // ms; less floods a sender that is slow to answer
const maxReceivingKeys = 512; // imported keys kept; more only saves importing one again

type Frame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

const isVideo = (frame: Frame): frame is RTCEncodedVideoFrame => 'type' in frame;
const isKeyFrame = (frame: Frame) => isVideo(frame) && frame.type === 'key';

export class FrameTransforms {
  readonly #core: CoreModule;
  readonly #codecs: CodecMap;
  readonly #onNews: () => void;
  readonly #sendingKeys = new Map<number, Promise<CryptoKey>>();
  readonly #receivingKeys = new Map<bigint, Promise<CryptoKey>>();

  /** `onNews`: the core has outputs. */
  constructor(core: CoreModule, codecs: CodecMap, onNews: () => void) {
    this.#core = core;
    this.#codecs = codecs;
    this.#onNews = onNews;
  }

  attach(transformer: RTCRtpScriptTransformer): void {
    const options = transformer.options as TransformOptions;
    const transform =
      options.direction === 'send' ? this.#sealing(options.source) : this.#opening(options.mid, transformer);
    // The pipe ends when the peer connection is closed, which is no error.
    transformer.readable.pipeThrough(transform).pipeTo(transformer.writable).catch(() => undefined);
  }

  #sealing(source: Source): TransformStream<Frame, Frame> {
    return new TransformStream({
      transform: async (frame, controller) => {
        const sealed = await this.#seal(source, frame);
        if (!sealed) return;
        frame.data = sealed;
        controller.enqueue(frame);
      },
    });
  }

  async #seal(source: Source, frame: Frame): Promise<ArrayBuffer | null> {
    const codec = this.#codecs.of(frame);
    if (codec === null || frame.data.byteLength === 0) return null;
    const ssrc = frame.getMetadata().synchronizationSource ?? 0;
    const plan = this.#core.planSeal(sourceNumbers[source], ssrc, codec, isKeyFrame(frame), frame.data.byteLength);
    if (!plan) return null;
    const key = await this.#sendingKey(plan.stream);
    return this.#core.finishSeal(plan, await crypto.subtle.encrypt(algorithm(plan), key, frame.data));
  }

  #sendingKey(stream: number): Promise<CryptoKey> {
    let key = this.#sendingKeys.get(stream);
    if (!key) {
      key = importKey(this.#core.sealKey(stream), 'encrypt');
      this.#sendingKeys.set(stream, key);
    }
    return key;
  }

  #opening(mid: string, transformer: RTCRtpScriptTransformer): TransformStream<Frame, Frame> {
    const midBytes = new TextEncoder().encode(mid);
    const keyFrames = new KeyFrameWait(transformer);
    return new TransformStream({
      transform: async (frame, controller) => {
        if (frame.data.byteLength === 0) return;
        const opened = await this.#open(midBytes, frame);
        if (!opened) {
          if (isVideo(frame)) keyFrames.begin();
          return;
        }
        if (isVideo(frame) && !keyFrames.mayShow(frame)) return;
        frame.data = opened;
        controller.enqueue(frame);
      },
    });
  }

  async #open(mid: Uint8Array, frame: Frame): Promise<ArrayBuffer | null> {
    const codec = this.#codecs.of(frame);
    const plan = codec === null ? null : this.#core.planOpen(codec, frame.data);
    const plaintext = plan && (await this.#decrypt(plan));
    if (!plan || !plaintext) {
      if (this.#core.openFailed(mid)) this.#onNews();
      return null;
    }
    const { ok, news } = this.#core.commitOpen(plan, mid);
    if (news) this.#onNews();
    return ok ? plaintext : null;
  }

  async #decrypt(plan: OpenPlan): Promise<ArrayBuffer | null> {
    const key = this.#receivingKey(plan);
    if (!key) return null;
    try {
      return await crypto.subtle.decrypt(algorithm(plan), await key, plan.ciphertext);
    } catch {
      return null; // the tag is wrong
    }
  }

  #receivingKey(plan: OpenPlan): Promise<CryptoKey> | null {
    const known = this.#receivingKeys.get(plan.keySlot);
    if (known) return known;
    const bytes = this.#core.openKey(plan);
    if (!bytes) return null;
    const oldest = this.#receivingKeys.keys().next();
    if (this.#receivingKeys.size >= maxReceivingKeys && !oldest.done) this.#receivingKeys.delete(oldest.value);
    const key = importKey(bytes, 'decrypt');
    this.#receivingKeys.set(plan.keySlot, key);
    return key;
  }
}

/** After a frame that could not be opened the decoder has a gap: nothing is shown until a key frame, which is asked for. */
class KeyFrameWait {
  readonly #transformer: RTCRtpScriptTransformer;
  #waiting = false;
  #askedAt = -Infinity;

  constructor(transformer: RTCRtpScriptTransformer) {
    this.#transformer = transformer;
  }

  begin(): void {
    this.#waiting = true;
    this.#ask();
  }

  mayShow(frame: RTCEncodedVideoFrame): boolean {
    if (frame.type === 'key') this.#waiting = false;
    if (this.#waiting) this.#ask();
    return !this.#waiting;
  }

  #ask(): void {
    const now = performance.now();
    if (now - this.#askedAt < keyRequestInterval) return;
    this.#askedAt = now;
    // Refused while the connection isn't up or is closing: the next frame asks again.
    this.#transformer.sendKeyFrameRequest().catch(() => undefined);
  }
}

function algorithm(input: { nonce: Uint8Array<ArrayBuffer>; additionalData: Uint8Array<ArrayBuffer> }): AesGcmParams {
  return { name: 'AES-GCM', iv: input.nonce, additionalData: input.additionalData, tagLength: 128 };
}

async function importKey(bytes: Uint8Array<ArrayBuffer>, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [usage]);
  bytes.fill(0);
  return key;
}
