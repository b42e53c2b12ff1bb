// The call itself in WebAssembly: what happened goes in, what to do comes out (ui.fbs).

import { Builder, ByteBuffer } from 'flatbuffers';

import { InputT } from '../generated/vicino/ui/input';
import type { InputBody } from '../generated/vicino/ui/input-body';
import { Outputs } from '../generated/vicino/ui/outputs';
import type { OutputsT } from '../generated/vicino/ui/outputs';
import { Instance } from './wasm';

interface Exports {
  handle(size: number): number;
}

export class CoreModule {
  readonly #instance: Instance<Exports>;

  private constructor(instance: Instance<Exports>) {
    this.#instance = instance;
  }

  static async load(response: Promise<Response>): Promise<CoreModule> {
    return new CoreModule(await Instance.load<Exports>(response));
  }

  /** One thing that happened; what to do about it. */
  handle(type: InputBody, body: InputT['body']): OutputsT {
    const builder = new Builder(1024);
    builder.finish(new InputT(performance.now(), Date.now(), type, body).pack(builder));
    const message = builder.asUint8Array();
    this.#instance.write(message);
    const size = this.#instance.exports.handle(message.byteLength);
    if (size < 0) throw new Error('the core refused a message of its own host');
    return Outputs.getRootAsOutputs(new ByteBuffer(this.#instance.output(size).slice())).unpack();
  }
}
