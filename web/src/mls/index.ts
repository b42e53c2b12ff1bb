// MLS (RFC 9420) in a worker or in Node: apps/mls_wasm behind types. Everything is synchronous but load(). Objects live
// in the module until release().

import { Writer } from './codec';
import { readEpoch } from './epoch';
import type { Epoch } from './epoch';
import { Follower } from './follower';
import { Group } from './group';
import { Identity, KeyPackage } from './identity';
import { MlsModule } from './module';
import type { Host } from './module';
import { proposalTypes, writeExtensions, writeLifetime, writePskId } from './structures';
import type { Extension, Leaf, Lifetime, ProposalType, PskId, Suite } from './structures';

export type { Bytes } from './codec';
export type { Epoch } from './epoch';
export { faults, MlsError } from './fault';
export type { Fault } from './fault';
export type { Followed } from './follower';
export type { CommitOptions, Received, SendOptions } from './group';
export type { CredentialCheck, CredentialUse, Host } from './module';
export * from './structures';
export { Follower, Group, Identity, KeyPackage };

/** src/mls/environment.h says what each is for, and its default. */
export interface Rules {
  /** Generations ahead of the newest known. */
  readonly ratchetForward: number;
  readonly ratchetOutOfOrder: number;
  readonly pastEpochs: number;
  readonly resumptionEpochs: number;
  readonly maxMembers: number;
  /** Bytes. */
  readonly maxMessage: number;
  readonly maxProposals: number;
  readonly maxProposalsPerSender: number;
  readonly maxPsks: number;
  /** Seconds. */
  readonly maxLifetime: bigint;
  readonly externalSenderProposals: readonly ProposalType[];
  readonly joinsNeedPsk: boolean;
  readonly externalRemove: (typeof externalRemoves)[number];
}
const externalRemoves = ['forbidden', 'with_resumption_psk', 'allowed'] as const;

export interface ExternalJoinOptions {
  /** When it isn't in the GroupInfo. */
  readonly ratchetTree?: Uint8Array;
  readonly psks?: readonly PskId[];
  /** One's own old leaf. */
  readonly replaces?: number;
  readonly authenticatedData?: Uint8Array;
}

export class MlsCore {
  readonly #module: MlsModule;

  private constructor(module: MlsModule) {
    this.#module = module;
  }

  static async load(source: BufferSource | WebAssembly.Module, host: Host): Promise<MlsCore> {
    return new MlsCore(await MlsModule.load(source, host));
  }

  /** For all groups here; those not named are the defaults. */
  setRules(changed: Partial<Rules>): void {
    const request = new Writer();
    for (const number of [
      changed.ratchetForward, changed.ratchetOutOfOrder, changed.pastEpochs, changed.resumptionEpochs,
      changed.maxMembers, changed.maxMessage, changed.maxProposals,
      changed.maxProposalsPerSender, changed.maxPsks,
    ]) request.optional(number, (out, value) => out.u32(value));
    request
      .optional(changed.maxLifetime, (out, seconds) => out.u64(seconds))
      .optional(changed.externalSenderProposals, (out, types) =>
        out.list(types, (list, type) => list.u16(proposalTypes.indexOf(type) + 1)))
      .optional(changed.joinsNeedPsk, (out, needed) => out.bool(needed))
      .optional(changed.externalRemove, (out, rule) => out.u8(externalRemoves.indexOf(rule)));
    this.#module.call('set_rules', request);
  }

  /** An external PSK, for all groups here. */
  putPsk(id: Uint8Array, secret: Uint8Array): void {
    this.#module.call('put_psk', new Writer().bytes(id).bytes(secret));
  }
  removePsk(id: Uint8Array): void {
    this.#module.call('remove_psk', new Writer().bytes(id));
  }

  createIdentity(suite: Suite, leaf: Leaf): Identity {
    return Identity.create(this.#module, suite, leaf);
  }
  loadIdentity(saved: Uint8Array): Identity {
    return Identity.load(this.#module, saved);
  }
  loadKeyPackage(saved: Uint8Array): KeyPackage {
    return KeyPackage.load(this.#module, saved);
  }

  createGroup(
    identity: Identity, groupId: Uint8Array, lifetime: Lifetime, extensions: readonly Extension[] = [],
  ): Group {
    const request = this.#module.timed().u32(identity.handle).bytes(groupId);
    writeLifetime(request, lifetime);
    writeExtensions(request, extensions);
    return new Group(this.#module, this.#module.call('group_create', request).u32());
  }

  /** The key package is used up, and released, unless it is a last resort or the Welcome isn't valid. */
  join(
    keyPackage: KeyPackage, welcome: Uint8Array,
    options: { readonly ratchetTree?: Uint8Array; readonly lastResort?: boolean } = {},
  ): Group {
    const request = this.#module
      .timed()
      .u32(keyPackage.handle)
      .bytes(welcome)
      .optional(options.ratchetTree, (out, tree) => out.bytes(tree));
    const group = new Group(this.#module, this.#module.call('group_join', request).u32());
    if (!options.lastResort) keyPackage.release();
    return group;
  }

  joinExternal(identity: Identity, groupInfo: Uint8Array, options: ExternalJoinOptions = {}): Epoch<Group> {
    const request = this.#module
      .timed()
      .u32(identity.handle)
      .bytes(groupInfo)
      .optional(options.ratchetTree, (out, tree) => out.bytes(tree))
      .list(options.psks ?? [], writePskId)
      .optional(options.replaces, (out, leaf) => out.u32(leaf))
      .bytes(options.authenticatedData ?? new Uint8Array());
    return readEpoch(this.#module, this.#module.call('group_join_external', request), Group);
  }

  /** What Group.save() gave, authenticated by the caller. */
  loadGroup(saved: Uint8Array): Group {
    return new Group(this.#module, this.#module.call('group_load', new Writer().bytes(saved)).u32());
  }

  follow(groupInfo: Uint8Array, options: { readonly ratchetTree?: Uint8Array } = {}): Follower {
    const request = this.#module
      .timed()
      .bytes(groupInfo)
      .optional(options.ratchetTree, (out, tree) => out.bytes(tree));
    return new Follower(this.#module, this.#module.call('follower_begin', request).u32());
  }
}
