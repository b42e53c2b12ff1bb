// Loads the client core's WebAssembly module (apps/wasm) and carries bytes across. One module, two instances: the call in the
// core worker (core_module.ts), the frames in theirs (frames_module.ts).

import { hostFunctions } from './imports';

/** What both instances use of the module. */
interface MemoryExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  input_area(size: number): number;
  output_area(): number;
}

export class Instance<Exports> {
  readonly exports: Exports & MemoryExports;

  private constructor(exports: Exports & MemoryExports) {
    this.exports = exports;
  }

  static async load<Exports>(response: Promise<Response>): Promise<Instance<Exports>> {
    const holder: { memory: { readonly buffer: ArrayBuffer } } = { memory: { buffer: new ArrayBuffer(0) } };
    const { instance } = await WebAssembly.instantiateStreaming(response, {
      vicino: hostFunctions(() => new Uint8Array(holder.memory.buffer)),
      wasi_snapshot_preview1: brokenInvariantOutput,
    });
    const exports = instance.exports as unknown as Exports & MemoryExports;
    holder.memory = exports.memory as { readonly buffer: ArrayBuffer };
    exports._initialize();
    return new Instance(exports);
  }

  memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer);
  }

  /** For the call that follows. */
  write(bytes: Uint8Array): void {
    const at = this.exports.input_area(bytes.byteLength);
    this.memory().set(bytes, at);
  }

  /** Of the call before; valid until the next. */
  output(size: number): Uint8Array<ArrayBuffer> {
    const at = this.exports.output_area();
    return this.memory().subarray(at, at + size);
  }
}

/** The C library writes here only when an invariant of the core is broken; the trap that follows says the rest. */
const brokenInvariantOutput = {
  fd_close: () => 0,
  fd_seek: () => 0,
  fd_write: () => 0,
};
