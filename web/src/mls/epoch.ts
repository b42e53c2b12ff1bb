// What a commit begins, for members and followers alike.

import type { Bytes, Reader } from './codec';
import type { MlsModule } from './module';
import { readCommittedProposal, readReInit } from './structures';
import type { CommittedProposal, ReInit } from './structures';

/** A commit, sent or received, with what it begins. */
export interface Epoch<Next> {
  /** undefined: this member was removed. */
  readonly next: Next | undefined;
  readonly committer: number;
  readonly external: boolean;
  readonly added: readonly number[];
  readonly updated: readonly number[];
  readonly removed: readonly number[];
  /** All of the commit's: who proposed what, to be judged before `next` is adopted. */
  readonly proposals: readonly CommittedProposal[];
  readonly reinit: ReInit | undefined;
  /** Own commits: the MLSMessage to send. */
  readonly commit: Bytes;
  /** Own commits: for those added, after the commit is accepted. */
  readonly welcome: Bytes | undefined;
}

export function readEpoch<Next>(
  module: MlsModule, from: Reader, Next: new (module: MlsModule, handle: number) => Next,
): Epoch<Next> {
  const leaves = () => from.list((list) => list.u32());
  return {
    next: from.optional((present) => new Next(module, present.u32())),
    committer: from.u32(),
    external: from.bool(),
    added: leaves(),
    updated: leaves(),
    removed: leaves(),
    proposals: from.list(readCommittedProposal),
    reinit: from.optional(readReInit),
    commit: from.bytes(),
    welcome: from.optional((present) => present.bytes()),
  };
}
