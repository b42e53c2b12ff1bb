// The client core's WebAssembly module (apps/wasm) as typed calls. It decides; this carries bytes across.

import { Builder, ByteBuffer } from 'flatbuffers';

import { InputT } from '../generated/vicino/ui/input';
import type { InputBody } from '../generated/vicino/ui/input-body';
import { Outputs } from '../generated/vicino/ui/outputs';
import type { OutputsT } from '../generated/vicino/ui/outputs';
import { hostFunctions } from './imports';

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  input_area(size: number): number;
  output_area(): number;
  handle(size: number): number;
  take_outputs(): number;
  seal_plan(source: number, ssrc: number, codec: number, keyFrame: number, size: number): number;
  seal_key(stream: number): number;
  seal_finish(number: number, size: number): number;
  open_plan(codec: number, size: number): number;
  open_key(number: number): number;
  open_commit(number: number, midSize: number): number;
  open_failed(midSize: number): number;
}

/** What AES-GCM needs besides key and data. */
export interface CipherInput {
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly additionalData: Uint8Array<ArrayBuffer>;
}

export interface SealPlan extends CipherInput {
  readonly number: number;
  readonly stream: number;
}

export interface OpenPlan extends CipherInput {
  readonly number: number;
  /** Which key: never used for another one. */
  readonly keySlot: bigint;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

type InputBodyTable = InputT['body'];

export class CoreModule {
  readonly #exports: Exports;

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  static async load(response: Promise<Response>): Promise<CoreModule> {
    const memory = { buffer: new ArrayBuffer(0) };
    const holder: { memory: { readonly buffer: ArrayBuffer } } = { memory };
    const { instance } = await WebAssembly.instantiateStreaming(response, {
      vicino: hostFunctions(() => new Uint8Array(holder.memory.buffer)),
      wasi_snapshot_preview1: brokenInvariantOutput,
    });
    const exports = instance.exports as unknown as Exports;
    holder.memory = exports.memory as { readonly buffer: ArrayBuffer };
    exports._initialize();
    return new CoreModule(exports);
  }

  /** One thing that happened; what to do about it. */
  handle(type: InputBody, body: InputBodyTable): OutputsT {
    const builder = new Builder(1024);
    builder.finish(new InputT(performance.now(), type, body).pack(builder));
    const message = builder.asUint8Array();
    this.#write(message);
    return this.#outputs(this.#exports.handle(message.byteLength));
  }

  /** What frames brought about. */
  takeOutputs(): OutputsT {
    return this.#outputs(this.#exports.take_outputs());
  }

  /** null: not now (no more counters, or the call isn't open). */
  planSeal(source: number, ssrc: number, codec: number, keyFrame: boolean, size: number): SealPlan | null {
    const number = this.#exports.seal_plan(source, ssrc, codec, keyFrame ? 1 : 0, size);
    if (number < 0) return null;
    const output = this.#output(256);
    return { number, stream: output[0] ?? 0, ...cipherInput(output.subarray(1)) };
  }

  sealKey(stream: number): Uint8Array<ArrayBuffer> {
    return this.#output(this.#exports.seal_key(stream)).slice();
  }

  finishSeal(plan: SealPlan, ciphertext: ArrayBuffer): ArrayBuffer | null {
    this.#write(new Uint8Array(ciphertext));
    const size = this.#exports.seal_finish(plan.number, ciphertext.byteLength);
    return size < 0 ? null : this.#output(size).slice().buffer;
  }

  /** null: nobody's frame, or seen before, or not one at all. */
  planOpen(codec: number, frame: ArrayBuffer): OpenPlan | null {
    this.#write(new Uint8Array(frame));
    const number = this.#exports.open_plan(codec, frame.byteLength);
    if (number < 0) return null;
    const output = this.#output(256);
    const view = new DataView(output.buffer, output.byteOffset);
    const ciphertext = this.#memory().slice(view.getUint32(8), view.getUint32(8) + view.getUint32(12));
    return { number, keySlot: view.getBigUint64(0), ciphertext, ...cipherInput(output.subarray(16)) };
  }

  openKey(plan: OpenPlan): Uint8Array<ArrayBuffer> | null {
    const size = this.#exports.open_key(plan.number);
    return size < 0 ? null : this.#output(size).slice();
  }

  /** false: it was replayed and must not be shown. `news`: takeOutputs() has something. */
  commitOpen(plan: OpenPlan, mid: Uint8Array): { readonly ok: boolean; readonly news: boolean } {
    this.#write(mid);
    const result = this.#exports.open_commit(plan.number, mid.byteLength);
    return { ok: result >= 0, news: result === 1 };
  }

  /** True: takeOutputs() has something. */
  openFailed(mid: Uint8Array): boolean {
    this.#write(mid);
    return this.#exports.open_failed(mid.byteLength) === 1;
  }

  #memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#exports.memory.buffer as ArrayBuffer);
  }

  #write(bytes: Uint8Array): void {
    const at = this.#exports.input_area(bytes.byteLength);
    this.#memory().set(bytes, at);
  }

  #output(size: number): Uint8Array<ArrayBuffer> {
    const at = this.#exports.output_area();
    return this.#memory().subarray(at, at + size);
  }

  #outputs(size: number): OutputsT {
    if (size < 0) throw new Error('the core refused a message of its own host');
    return Outputs.getRootAsOutputs(new ByteBuffer(this.#output(size).slice())).unpack();
  }
}

function cipherInput(bytes: Uint8Array<ArrayBuffer>): CipherInput {
  const size = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
  return { nonce: bytes.slice(0, 12), additionalData: bytes.slice(14, 14 + size) };
}

/** The C library writes here only when an invariant of the core is broken; the trap that follows says the rest. */
const brokenInvariantOutput = {
  fd_close: () => 0,
  fd_seek: () => 0,
  fd_write: () => 0,
};
