// What lives in the module until release(), by its handle.

import { Writer } from './codec';
import type { Reader } from './codec';
import type { MlsModule } from './module';

export class Thing {
  protected readonly module: MlsModule;
  readonly handle: number;

  constructor(module: MlsModule, handle: number) {
    this.module = module;
    this.handle = handle;
  }

  release(): void {
    this.module.release(this.handle);
  }

  /** With nothing to say but whose call it is. */
  protected call(name: string): Reader {
    return this.module.call(name, this.request());
  }
  protected request(): Writer {
    return new Writer().u32(this.handle);
  }
  /** A request in which time counts. */
  protected timedRequest(): Writer {
    return this.module.timed().u32(this.handle);
  }
}
