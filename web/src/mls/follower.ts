// A group as somebody sees it who holds none of its secrets, by its public messages.

import { Writer } from './codec';
import type { Bytes } from './codec';
import { readEpoch } from './group';
import type { Epoch } from './group';
import type { MlsModule } from './module';
import { readState } from './structures';
import type { GroupState } from './structures';

export type Followed =
  | { readonly kind: 'proposal'; readonly ref: Bytes }
  | { readonly kind: 'commit'; readonly epoch: Epoch<Follower> };

export class Follower {
  readonly #module: MlsModule;
  readonly handle: number;

  constructor(module: MlsModule, handle: number) {
    this.#module = module;
    this.handle = handle;
  }

  state(): GroupState {
    return readState(this.#module.call('follower_state', new Writer().u32(this.handle)));
  }

  /** An MLSMessage with a PublicMessage. */
  receive(message: Uint8Array): Followed {
    const request = this.#module.timed().u32(this.handle).bytes(message);
    const reply = this.#module.call('follower_receive', request);
    if (reply.u8() === 2) return { kind: 'proposal', ref: reply.bytes() };
    return { kind: 'commit', epoch: readEpoch(this.#module, reply, Follower) };
  }

  release(): void {
    this.#module.release(this.handle);
  }
}
