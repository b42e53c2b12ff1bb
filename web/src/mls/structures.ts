// What goes into groups and comes out of them, with its encoding (RFC 9420).

import { Reader, Writer } from './codec';
import type { Bytes } from './codec';

/** IANA's numbers. */
export const suites = {
  x25519_aes128gcm_sha256_ed25519: 1,
  x25519_chacha20poly1305_sha256_ed25519: 3,
} as const;
export type Suite = (typeof suites)[keyof typeof suites];

export type Credential =
  | { readonly type: 'basic'; readonly identity: Uint8Array }
  | { readonly type: 'x509'; readonly certificates: readonly Uint8Array[] };

export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** By IANA's numbers; without the defaults of section 7.2. */
export interface Capabilities {
  readonly versions: readonly number[];
  readonly suites: readonly number[];
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
}

/** What a client says of itself in every leaf it makes. */
export interface Leaf {
  readonly credential: Credential;
  readonly capabilities?: Capabilities;
  readonly extensions?: readonly Extension[];
}

/** Seconds since 1970, both inclusive. */
export interface Lifetime {
  readonly notBefore: number;
  readonly notAfter: number;
}

export type PskId = { readonly nonce?: Uint8Array } & (
  | { readonly type: 'external'; readonly id: Uint8Array }
  | { readonly type: 'resumption'; readonly groupId: Uint8Array; readonly epoch: bigint }
);

export interface ReInit {
  readonly groupId: Uint8Array;
  readonly suite: number;
  readonly extensions: readonly Extension[];
}

/** Updates are Group.proposeUpdate()'s; key packages are MLSMessages. */
export type Proposal =
  | { readonly type: 'add'; readonly keyPackage: Uint8Array }
  | { readonly type: 'remove'; readonly leaf: number }
  | { readonly type: 'psk'; readonly psk: PskId }
  | { readonly type: 'reinit'; readonly reinit: ReInit }
  | { readonly type: 'group_context_extensions'; readonly extensions: readonly Extension[] };

export const proposalTypes = [
  'add', 'update', 'remove', 'psk', 'reinit', 'external_init', 'group_context_extensions',
] as const;
export type ProposalType = (typeof proposalTypes)[number];

export type Sender =
  | { readonly type: 'member'; readonly leaf: number }
  | { readonly type: 'external'; readonly index: number }
  | { readonly type: 'new_member_proposal' }
  | { readonly type: 'new_member_commit' };

export interface Member {
  readonly leaf: number;
  readonly credential: Credential;
  readonly signatureKey: Bytes;
}

export interface WaitingProposal {
  readonly ref: Bytes;
  readonly sender: Sender;
  readonly type: ProposalType;
}

/** A proposal of a commit: to be judged before its epoch is adopted. */
export interface CommittedProposal {
  readonly sender: Sender;
  readonly byReference: boolean;
  readonly type: ProposalType;
  /** As RFC 9420 section 12.1 encodes it, for example a Remove's leaf in four bytes. */
  readonly content: Bytes;
}

export interface GroupState {
  readonly suite: number;
  readonly groupId: Bytes;
  readonly epoch: bigint;
  readonly treeHash: Bytes;
  readonly confirmedTranscriptHash: Bytes;
  readonly extensions: readonly Extension[];
  /** undefined for a follower. */
  readonly self: number | undefined;
  readonly members: readonly Member[];
  readonly waiting: readonly WaitingProposal[];
}

export const mls10 = 1;
const keyPackageFormat = 5;

export function writeCredential(out: Writer, credential: Credential): void {
  if (credential.type === 'basic') out.u16(1).bytes(credential.identity);
  else out.u16(2).list(credential.certificates, (list, certificate) => list.bytes(certificate));
}

export function readCredential(from: Reader): Credential {
  if (from.u16() === 1) return { type: 'basic', identity: from.bytes() };
  return { type: 'x509', certificates: from.list((list) => list.bytes()) };
}

export function writeExtensions(out: Writer, extensions: readonly Extension[]): void {
  out.list(extensions, (list, { type, data }) => list.u16(type).bytes(data));
}

function readExtensions(from: Reader): Extension[] {
  return from.list((list) => ({ type: list.u16(), data: list.bytes() }));
}

export function writeLeaf(out: Writer, leaf: Leaf, suite: number): void {
  const can = leaf.capabilities ?? { versions: [mls10], suites: [suite], extensions: [], proposals: [], credentials: [1] };
  writeCredential(out, leaf.credential);
  for (const numbers of [can.versions, can.suites, can.extensions, can.proposals, can.credentials])
    out.list(numbers, (list, number) => list.u16(number));
  writeExtensions(out, leaf.extensions ?? []);
}

export function writeLifetime(out: Writer, lifetime: Lifetime): void {
  out.u64(BigInt(lifetime.notBefore)).u64(BigInt(lifetime.notAfter));
}

/** A PSK without a nonce gets a fresh one in the module. */
export function writePskId(out: Writer, psk: PskId): void {
  if (psk.type === 'external') out.u8(1).bytes(psk.id);
  else out.u8(2).u8(1).bytes(psk.groupId).u64(psk.epoch);
  out.bytes(psk.nonce ?? new Uint8Array());
}

export function writeProposal(out: Writer, proposal: Proposal): void {
  out.u16(proposalTypes.indexOf(proposal.type) + 1);
  switch (proposal.type) {
    case 'add':
      out.raw(keyPackageOf(proposal.keyPackage));
      break;
    case 'remove':
      out.u32(proposal.leaf);
      break;
    case 'psk':
      writePskId(out, proposal.psk);
      break;
    case 'reinit':
      out.bytes(proposal.reinit.groupId).u16(mls10).u16(proposal.reinit.suite);
      writeExtensions(out, proposal.reinit.extensions);
      break;
    case 'group_context_extensions':
      writeExtensions(out, proposal.extensions);
      break;
  }
}

/** The KeyPackage in an MLSMessage. */
function keyPackageOf(message: Uint8Array): Uint8Array {
  const from = new Reader(Uint8Array.from(message.subarray(0, 4)));
  if (message.length < 4 || from.u16() !== mls10 || from.u16() !== keyPackageFormat)
    throw new TypeError('not an MLSMessage with a KeyPackage');
  return message.subarray(4);
}

export function readReInit(from: Reader): ReInit {
  const groupId = from.bytes();
  from.u16(); // the version: there is one
  return { groupId, suite: from.u16(), extensions: readExtensions(from) };
}

export function readSender(from: Reader): Sender {
  switch (from.u8()) {
    case 1:
      return { type: 'member', leaf: from.u32() };
    case 2:
      return { type: 'external', index: from.u32() };
    case 3:
      return { type: 'new_member_proposal' };
    default:
      return { type: 'new_member_commit' };
  }
}

export function readProposalType(from: Reader): ProposalType {
  const type = proposalTypes[from.u16() - 1];
  if (type === undefined) throw new RangeError('no such type of proposal');
  return type;
}

export function readCommittedProposal(from: Reader): CommittedProposal {
  const sender = readSender(from), byReference = from.bool(), proposal = new Reader(from.bytes());
  return { sender, byReference, type: readProposalType(proposal), content: proposal.rest() };
}

export function readState(from: Reader): GroupState {
  from.u16(); // the version: there is one
  return {
    suite: from.u16(),
    groupId: from.bytes(),
    epoch: from.u64(),
    treeHash: from.bytes(),
    confirmedTranscriptHash: from.bytes(),
    extensions: readExtensions(from),
    self: from.optional((present) => present.u32()),
    members: from.list((list) => ({
      leaf: list.u32(), credential: readCredential(list), signatureKey: list.bytes(),
    })),
    waiting: from.list((list) => ({
      ref: list.bytes(), sender: readSender(list), type: readProposalType(list),
    })),
  };
}
