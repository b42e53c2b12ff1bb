// Media frames on their way between codec and network: sealed or opened whole, or dropped. There is no third way: nothing
// reaches a decoder that didn't authenticate, nothing leaves that isn't sealed.

import type { CodecMap } from './codec_map';
import { failure, type Failure, type FramesModule, type OpenPlan, type Plan } from './frames_module';
import { KeyWait } from './key_wait';
import type { Source, TransformOptions } from './types';

/** As in sframe/shim.h. */
export const codecNumbers = { opus: 0, vp8: 1, vp9: 2, av1: 3, h264: 4 } as const;

const sourceNumbers: Readonly<Record<Source, number>> = { microphone: 0, camera: 1, screen: 2, screenAudio: 3 };
const keyRequestInterval = 500; // ms; less floods a sender that is slow to answer
const maxSendingKeys = 32; // imported keys kept: two epochs of every stream, and some
const maxReceivingKeys = 512; // more only saves importing one again

type Frame = RTCEncodedVideoFrame | RTCEncodedAudioFrame;

const isVideo = (frame: Frame): frame is RTCEncodedVideoFrame => 'type' in frame;
const isKeyFrame = (frame: Frame) => isVideo(frame) && frame.type === 'key';

interface Slot {
  readonly mid: Uint8Array;
  /** Whether to wait for a key that isn't here. */
  patient: boolean;
}

export class FrameTransforms {
  readonly #frames: FramesModule;
  readonly #codecs: CodecMap;
  readonly #onReport: (report: Uint8Array<ArrayBuffer>) => void;
  readonly #sendingKeys = new KeyCache('encrypt', maxSendingKeys);
  readonly #receivingKeys = new KeyCache('decrypt', maxReceivingKeys);
  readonly #keyWait = new KeyWait((callback, ms) => setTimeout(callback, ms));

  constructor(frames: FramesModule, codecs: CodecMap, onReport: (report: Uint8Array<ArrayBuffer>) => void) {
    this.#frames = frames;
    this.#codecs = codecs;
    this.#onReport = onReport;
  }

  /** A FrameKeyChange of the core. */
  apply(change: Uint8Array): void {
    this.#frames.apply(change);
    change.fill(0);
    this.#keyWait.changed();
    this.#report();
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
    const plan = this.#frames.planSeal(sourceNumbers[source], ssrc, codec, isKeyFrame(frame), frame.data.byteLength);
    const key = plan && this.#sendingKeys.get(plan, () => this.#frames.sealKey(plan));
    if (!plan || !key) return null;
    return this.#frames.finishSeal(plan, await crypto.subtle.encrypt(algorithm(plan), await key, frame.data));
  }

  #opening(mid: string, transformer: RTCRtpScriptTransformer): TransformStream<Frame, Frame> {
    const slot = { mid: new TextEncoder().encode(mid), patient: true };
    const keyFrames = new KeyFrameWait(transformer);
    return new TransformStream({
      transform: async (frame, controller) => {
        if (frame.data.byteLength === 0) return;
        const opened = await this.#open(slot, frame);
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

  async #open(slot: Slot, frame: Frame): Promise<ArrayBuffer | null> {
    const codec = this.#codecs.of(frame);
    const plan = codec === null ? failure.refused : await this.#plan(slot, codec, frame.data);
    if (typeof plan === 'number') return this.#failed(slot.mid, plan);
    const plaintext = await this.#decrypt(plan);
    if (!plaintext) return this.#failed(slot.mid, failure.refused);
    const { ok, news } = this.#frames.commitOpen(plan, slot.mid);
    if (news) this.#report();
    slot.patient ||= ok;
    return ok ? plaintext : null;
  }

  // When somebody has been removed, others send under new keys at once, and their frames may overtake these keys. To wait
  // for them costs nothing that is seen; to drop the frame would freeze the picture until the next key frame.
  #plan(slot: Slot, codec: number, data: ArrayBuffer): OpenPlan | Failure | Promise<OpenPlan | Failure> {
    const plan = this.#frames.planOpen(codec, data);
    if (plan !== failure.noKey || !slot.patient) return plan;
    // Not again before a frame has opened: frames of made-up keys hold up their slot once.
    slot.patient = false;
    return this.#keyWait.retry(plan, () => this.#frames.planOpen(codec, data), (again) => again !== failure.noKey);
  }

  #failed(mid: Uint8Array, reason: Failure): null {
    if (this.#frames.openFailed(mid, reason)) this.#report();
    return null;
  }

  #report(): void {
    const report = this.#frames.takeReport();
    if (report) this.#onReport(report);
  }

  async #decrypt(plan: OpenPlan): Promise<ArrayBuffer | null> {
    const key = this.#receivingKeys.get(plan, () => this.#frames.openKey(plan));
    if (!key) return null;
    try {
      return await crypto.subtle.decrypt(algorithm(plan), await key, plan.ciphertext);
    } catch {
      return null; // the tag is wrong
    }
  }
}

/** Imported keys by their number, which never stands for another key. */
class KeyCache {
  readonly #usage: 'encrypt' | 'decrypt';
  readonly #capacity: number;
  readonly #keys = new Map<bigint, Promise<CryptoKey>>();

  constructor(usage: 'encrypt' | 'decrypt', capacity: number) {
    this.#usage = usage;
    this.#capacity = capacity;
  }

  /** `expose` gives the bytes of a key that isn't here; null: it is gone meanwhile. */
  get({ keySlot }: Plan, expose: () => Uint8Array<ArrayBuffer> | null): Promise<CryptoKey> | null {
    const known = this.#keys.get(keySlot);
    if (known) return known;
    const bytes = expose();
    if (!bytes) return null;
    const oldest = this.#keys.keys().next();
    if (this.#keys.size >= this.#capacity && !oldest.done) this.#keys.delete(oldest.value);
    const key = importKey(bytes, this.#usage);
    this.#keys.set(keySlot, key);
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
