// One epoch of one group. What begins another epoch gives a Group of its own and leaves this one as it is: release the
// one that isn't to be.

import type { Bytes, Writer } from './codec';
import { readEpoch } from './epoch';
import type { Epoch } from './epoch';
import type { Identity } from './identity';
import { readProposalType, readSender, readState, writeLeaf, writeProposal } from './structures';
import type { GroupState, Leaf, Proposal, WaitingProposal } from './structures';
import { Thing } from './thing';

export interface SendOptions {
  /** PrivateMessage instead of PublicMessage. */
  readonly encrypted?: boolean;
  readonly authenticatedData?: Uint8Array;
  /** Bytes, in private messages. */
  readonly padding?: number;
}

export interface CommitOptions extends SendOptions {
  /** By value, beside those that wait. */
  readonly proposals?: readonly Proposal[];
  /** True by default. */
  readonly withWaiting?: boolean;
  readonly forcePath?: boolean;
  /** True by default; else those added need Group.ratchetTree(). */
  readonly treeInWelcome?: boolean;
  /** To become this one: its leaf, its key. */
  readonly identity?: Identity;
}

export type Received =
  | {
      readonly kind: 'application';
      readonly sender: number;
      readonly epoch: bigint;
      readonly authenticatedData: Bytes;
      readonly plaintext: Bytes;
    }
  | { readonly kind: 'proposal'; readonly proposal: WaitingProposal }
  | { readonly kind: 'commit'; readonly epoch: Epoch<Group> };

export class Group extends Thing {
  state(): GroupState {
    return readState(this.call('group_state'));
  }

  /** The message to send. Updates are proposeUpdate()'s. */
  propose(proposal: Proposal, options: SendOptions = {}): Bytes {
    const request = this.timedRequest();
    writeProposal(request, proposal);
    writeSend(request, options);
    return this.module.call('group_propose', request).rest();
  }

  /** New keys for one's own leaf. */
  proposeUpdate(options: SendOptions & { readonly leaf?: Leaf } = {}): Bytes {
    const { suite } = this.state();
    const request = this.timedRequest().optional(options.leaf, (out, leaf) => writeLeaf(out, leaf, suite));
    writeSend(request, options);
    return this.module.call('group_propose_update', request).rest();
  }

  commit(options: CommitOptions = {}): Epoch<Group> {
    const request = this.timedRequest()
      .list(options.proposals ?? [], writeProposal)
      .bool(options.withWaiting ?? true)
      .bool(options.forcePath ?? false)
      .bool(options.treeInWelcome ?? true)
      .optional(options.identity, (out, identity) => out.u32(identity.handle));
    writeSend(request, options);
    return readEpoch(this.module, this.module.call('group_commit', request), Group);
  }

  /** A PublicMessage or PrivateMessage of another member, as MLSMessage. */
  receive(message: Uint8Array): Received {
    const reply = this.module.call('group_receive', this.timedRequest().bytes(message));
    switch (reply.u8()) {
      case 1:
        return {
          kind: 'application',
          sender: reply.u32(),
          epoch: reply.u64(),
          authenticatedData: reply.bytes(),
          plaintext: reply.bytes(),
        };
      case 2:
        return {
          kind: 'proposal',
          proposal: { ref: reply.bytes(), sender: readSender(reply), type: readProposalType(reply) },
        };
      default:
        return { kind: 'commit', epoch: readEpoch(this.module, reply, Group) };
    }
  }

  /** Application data as an MLSMessage. */
  protect(plaintext: Uint8Array, options: Omit<SendOptions, 'encrypted'> = {}): Bytes {
    const request = this.request()
      .bytes(plaintext)
      .bytes(options.authenticatedData ?? new Uint8Array())
      .u32(options.padding ?? 0);
    return this.module.call('group_protect', request).rest();
  }

  exportSecret(label: string, context: Uint8Array, size: number): Bytes {
    const request = this.request().text(label).bytes(context).u16(size);
    return this.module.call('group_export_secret', request).rest();
  }

  epochAuthenticator(): Bytes {
    return this.call('group_epoch_authenticator').rest();
  }

  /** For those who want to join by external commit; an MLSMessage. */
  groupInfo(withTree = true): Bytes {
    return this.module.call('group_info', this.request().bool(withTree)).rest();
  }

  ratchetTree(): Bytes {
    return this.call('group_tree').rest();
  }

  /** All of it, secrets included: to be encrypted and authenticated by the caller. */
  save(): Bytes {
    return this.call('group_save').rest();
  }
}

function writeSend(out: Writer, options: SendOptions): void {
  out
    .u16(options.encrypted ? 2 : 1)
    .bytes(options.authenticatedData ?? new Uint8Array())
    .u32(options.padding ?? 0);
}
