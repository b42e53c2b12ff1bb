// Media frames in WebAssembly: which key, nonce and additional data a frame is sealed or opened with. The browser's AES-GCM
// does the rest, so each is done in two steps.

import { Instance } from './wasm';

interface Exports {
  frames_apply(size: number): number;
  take_report(): number;
  seal_plan(source: number, ssrc: number, codec: number, keyFrame: number, size: number): number;
  seal_key(number: number): number;
  seal_finish(number: number, size: number): number;
  open_plan(codec: number, size: number): number;
  open_key(number: number): number;
  open_commit(number: number, midSize: number): number;
  open_failed(midSize: number, reason: number): number;
}

/** Why a frame didn’t open: as SlotState in core/frame_keys.h. */
export const failure = { noKey: 1, refused: 2 } as const;
export type Failure = (typeof failure)[keyof typeof failure];

/** What AES-GCM needs besides the data. */
export interface Plan {
  readonly number: number;
  /** Which key: a number that is never used for another one. */
  readonly keySlot: bigint;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly additionalData: Uint8Array<ArrayBuffer>;
}

export interface OpenPlan extends Plan {
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

const planSize = 256; // more than any plan is long

export class FramesModule {
  readonly #instance: Instance<Exports>;

  private constructor(instance: Instance<Exports>) {
    this.#instance = instance;
  }

  static async load(response: Promise<Response>): Promise<FramesModule> {
    return new FramesModule(await Instance.load<Exports>(response));
  }

  /** A FrameKeyChange of the core. */
  apply(change: Uint8Array): void {
    this.#instance.write(change);
    if (this.#instance.exports.frames_apply(change.byteLength) < 0) throw new Error('the core’s keys could not be read');
  }

  /** A SlotReport for the core; null: there is nothing new to say. */
  takeReport(): Uint8Array<ArrayBuffer> | null {
    const size = this.#instance.exports.take_report();
    return size > 0 ? this.#instance.output(size).slice() : null;
  }

  /** null: not now (no key yet, or no more counters). */
  planSeal(source: number, ssrc: number, codec: number, keyFrame: boolean, size: number): Plan | null {
    const number = this.#instance.exports.seal_plan(source, ssrc, codec, keyFrame ? 1 : 0, size);
    if (number < 0) return null;
    const output = this.#instance.output(planSize);
    return { number, keySlot: viewOf(output).getBigUint64(0), ...cipherInput(output.subarray(8)) };
  }

  sealKey(plan: Plan): Uint8Array<ArrayBuffer> | null {
    const size = this.#instance.exports.seal_key(plan.number);
    return size < 0 ? null : this.#instance.output(size).slice();
  }

  finishSeal(plan: Plan, ciphertext: ArrayBuffer): ArrayBuffer | null {
    this.#instance.write(new Uint8Array(ciphertext));
    const size = this.#instance.exports.seal_finish(plan.number, ciphertext.byteLength);
    return size < 0 ? null : this.#instance.output(size).slice().buffer;
  }

  /** The reason: no key for it yet; or seen before, or not a frame at all. */
  planOpen(codec: number, frame: ArrayBuffer): OpenPlan | Failure {
    this.#instance.write(new Uint8Array(frame));
    const number = this.#instance.exports.open_plan(codec, frame.byteLength);
    if (number < 0) return number === noKeyYet ? failure.noKey : failure.refused;
    const output = this.#instance.output(planSize);
    const view = viewOf(output);
    const ciphertext = this.#instance.memory().slice(view.getUint32(8), view.getUint32(8) + view.getUint32(12));
    return { number, keySlot: view.getBigUint64(0), ciphertext, ...cipherInput(output.subarray(16)) };
  }

  openKey(plan: OpenPlan): Uint8Array<ArrayBuffer> | null {
    const size = this.#instance.exports.open_key(plan.number);
    return size < 0 ? null : this.#instance.output(size).slice();
  }

  /** false: it was replayed and must not be shown. `news`: takeReport() has something. */
  commitOpen(plan: OpenPlan, mid: Uint8Array): { readonly ok: boolean; readonly news: boolean } {
    this.#instance.write(mid);
    const result = this.#instance.exports.open_commit(plan.number, mid.byteLength);
    return { ok: result >= 0, news: result === 1 };
  }

  /** True: takeReport() has something. */
  openFailed(mid: Uint8Array, reason: Failure): boolean {
    this.#instance.write(mid);
    return this.#instance.exports.open_failed(mid.byteLength, reason) === 1;
  }
}

const noKeyYet = -2;

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset);
}

/** nonce (12) | size of additional data (2) | additional data */
function cipherInput(bytes: Uint8Array<ArrayBuffer>): Pick<Plan, 'nonce' | 'additionalData'> {
  const size = viewOf(bytes).getUint16(12);
  return { nonce: bytes.slice(0, 12), additionalData: bytes.slice(14, 14 + size) };
}
