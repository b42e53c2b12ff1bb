// A group as somebody sees it who holds none of its secrets, by its public messages.

import type { Bytes } from './codec';
import { readEpoch } from './epoch';
import type { Epoch } from './epoch';
import { readState } from './structures';
import type { GroupState } from './structures';
import { Thing } from './thing';

export type Followed =
  | { readonly kind: 'proposal'; readonly ref: Bytes }
  | { readonly kind: 'commit'; readonly epoch: Epoch<Follower> };

export class Follower extends Thing {
  state(): GroupState {
    return readState(this.call('follower_state'));
  }

  /** An MLSMessage with a PublicMessage. */
  receive(message: Uint8Array): Followed {
    const reply = this.module.call('follower_receive', this.timedRequest().bytes(message));
    if (reply.u8() === 2) return { kind: 'proposal', ref: reply.bytes() };
    return { kind: 'commit', epoch: readEpoch(this.module, reply, Follower) };
  }
}
