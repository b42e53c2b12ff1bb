// The face alone and with its module. The module: VICINO_WASM_DIR or build/wasm.

/// <reference path="../core/node_in_tests.d.ts" />
import { existsSync, readFileSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { Reader, Writer } from './codec';
import { faults, MlsCore, MlsError, suites } from './index';
import type { CredentialCheck, Epoch, Fault, Group, Identity, Received } from './index';

const root = fileURLToPath(import.meta.url).replace(/\/web\/src\/mls\/[^/]*$/, '');
const modulePath = `${env.VICINO_WASM_DIR ?? `${root}/build/wasm`}/apps/mls_wasm/vicino_mls.wasm`;
const noModule = !existsSync(modulePath);
if (noModule) console.log(`no module at ${modulePath}: build the preset "wasm"`);

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (plain: Uint8Array) => new TextDecoder().decode(plain);
const lifetime = { notBefore: 1_000_000, notAfter: 2_000_000 };
const groupId = bytes('group');

function faultOf(action: () => unknown): Fault | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof MlsError) return error.fault;
    throw error;
  }
  return undefined;
}

function applicationText(received: Received): string {
  if (received.kind !== 'application') throw new Error(`a ${received.kind}, not application data`);
  return text(received.plaintext);
}

function nextOf(of: Epoch<Group> | Received): Group {
  const epoch = 'kind' in of ? (of.kind === 'commit' ? of.epoch : undefined) : of;
  if (!epoch?.next) throw new Error('no next epoch');
  return epoch.next;
}

test('lengths and numbers are read as they were written', () => {
  for (const size of [0, 1, 0x3f, 0x40, 0x3fff, 0x4000, 70_000]) {
    const reader = new Reader(new Writer().bytes(new Uint8Array(size).fill(7)).u64(2n ** 63n + 5n).finish());
    expect(reader.bytes()).toEqual(new Uint8Array(size).fill(7));
    expect(reader.u64()).toBe(2n ** 63n + 5n);
    expect(reader.empty).toBe(true);
    expect(() => reader.u8()).toThrow(RangeError);
  }
});

test('the faults are those of src/mls/fault.h', () => {
  const header = readFileSync(`${root}/src/mls/fault.h`, 'utf8');
  const list = /enum class Fault : uint8_t \{([^}]*)\}/.exec(header)?.[1] ?? '';
  expect(faults).toEqual(list.replace(/\/\/.*/g, '').split(',').map((name) => name.trim()).filter(Boolean));
});

describe.skipIf(noModule)('the core', () => {
  let module: WebAssembly.Module;
  let core: MlsCore;
  let checks: CredentialCheck[];
  let accepts: (check: CredentialCheck) => boolean;
  let now: number;

  beforeAll(async () => {
    module = await WebAssembly.compile(readFileSync(modulePath));
  });
  beforeEach(async () => {
    checks = [];
    accepts = () => true;
    now = 1_500_000;
    core = await MlsCore.load(module, {
      now: () => now,
      acceptsCredential: (check) => {
        checks.push(check);
        return accepts(check);
      },
    });
  });

  const named = (name: string): Identity =>
    core.createIdentity(suites.x25519_aes128gcm_sha256_ed25519, {
      credential: { type: 'basic', identity: bytes(name) },
    });
  function pair() {
    const alone = core.createGroup(named('alice'), groupId, lifetime);
    const own = named('bob').createKeyPackage(lifetime);
    const epoch = alone.commit({ proposals: [{ type: 'add', keyPackage: own.message }] });
    alone.release();
    if (!epoch.welcome) throw new Error('no Welcome');
    return { alice: nextOf(epoch), bob: core.join(own, epoch.welcome), own, welcome: epoch.welcome };
  }

  test('two members agree and talk', () => {
    const { alice, bob } = pair();
    expect(bob.epochAuthenticator()).toEqual(alice.epochAuthenticator());
    expect(bob.exportSecret('label', bytes('context'), 48)).toEqual(alice.exportSecret('label', bytes('context'), 48));
    const sent = ['one', 'two', 'three'].map((plain) => alice.protect(bytes(plain), { padding: 20 }));
    expect([2, 0, 1].map((i) => applicationText(bob.receive(sent[i] ?? new Uint8Array())))).toEqual(['three', 'one', 'two']);
    expect(faultOf(() => bob.receive(sent[0] ?? new Uint8Array()))).toBe('generation_consumed');
  });

  test('a state says who is there and what waits', () => {
    const { alice, bob } = pair();
    alice.receive(bob.proposeUpdate());
    const state = alice.state();
    expect(state.members.map((member) => member.credential)).toEqual(
      ['alice', 'bob'].map((name) => ({ type: 'basic', identity: bytes(name) })),
    );
    expect([state.self, state.epoch, state.suite, text(state.groupId)]).toEqual([0, 1n, 1, 'group']);
    expect(state.waiting.map(({ type, sender }) => [type, sender])).toEqual([['update', { type: 'member', leaf: 1 }]]);
    expect(bob.state().treeHash).toEqual(state.treeHash);
  });

  test('a dropped commit leaves the group as it was', () => {
    const { alice, bob } = pair();
    const before = alice.state();
    nextOf(alice.commit()).release();
    expect(alice.state()).toEqual(before);
    expect(applicationText(bob.receive(alice.protect(bytes('still here'))))).toBe('still here');
  });

  test('a member commits to another identity, is removed, and comes back from outside', () => {
    let { alice, bob } = pair();
    const epoch = bob.commit({ identity: named('robert') });
    bob = nextOf(epoch);
    alice = nextOf(alice.receive(epoch.commit));
    expect(checks.at(-1)).toMatchObject({
      use: 'commit_path', leaf: 1, previous: { credential: { identity: bytes('bob') } },
    });
    const removal = alice.commit({ proposals: [{ type: 'remove', leaf: 1 }] });
    const removed = bob.receive(removal.commit);
    expect(removed.kind === 'commit' && removed.epoch.next).toBe(undefined);
    alice = nextOf(removal);
    const external = core.joinExternal(named('bob'), alice.groupInfo());
    alice = nextOf(alice.receive(external.commit));
    expect(nextOf(external).epochAuthenticator()).toEqual(alice.epochAuthenticator());
  });

  test('external PSKs are needed by whoever commits and follows', async () => {
    const { alice } = pair();
    const use = { proposals: [{ type: 'psk', psk: { type: 'external', id: bytes('id') } }] } as const;
    expect(faultOf(() => alice.commit(use))).toBe('psk_unknown');
    core.putPsk(bytes('id'), bytes('a shared secret'));
    const { commit } = alice.commit(use);
    core.removePsk(bytes('id'));
    expect(faultOf(() => alice.commit(use))).toBe('psk_unknown');
    expect(commit.length).toBeGreaterThan(0);
  });

  test('a follower sees what members see', () => {
    let { alice } = pair();
    const follower = core.follow(alice.groupInfo());
    expect(follower.receive(alice.propose({ type: 'remove', leaf: 1 })).kind).toBe('proposal');
    const epoch = alice.commit();
    alice = nextOf(epoch);
    const followed = follower.receive(epoch.commit);
    if (followed.kind !== 'commit' || !followed.epoch.next) throw new Error('not followed');
    expect(followed.epoch.removed).toEqual([1]);
    const proposal = {
      sender: { type: 'member', leaf: 0 }, byReference: true, type: 'remove', content: Uint8Array.of(0, 0, 0, 1),
    };
    expect(followed.epoch.proposals).toEqual([proposal]);
    expect(epoch.proposals).toEqual([proposal]);
    expect({ ...followed.epoch.next.state(), self: 0 }).toEqual(alice.state());
  });

  test('what is saved goes on where it was', () => {
    const { alice, bob } = pair();
    const late = alice.protect(bytes('late'));
    bob.receive(alice.protect(bytes('early')));
    const again = core.loadGroup(bob.save());
    expect(applicationText(again.receive(late))).toBe('late');
    expect(faultOf(() => core.loadGroup(bob.save().subarray(1)))).toBe('state_invalid');
  });

  test('identities and key packages are saved with their keys', async () => {
    const identity = named('carol'), own = identity.createKeyPackage(lifetime);
    const elsewhere = await MlsCore.load(module, { now: () => now, acceptsCredential: () => true });
    const again = elsewhere.loadKeyPackage(own.save());
    expect(again.ref).toEqual(own.ref);
    expect(elsewhere.loadIdentity(identity.save()).signatureKey).toEqual(identity.signatureKey);
    const saved = own.save();
    saved.set([(saved.at(-1) ?? 0) ^ 1], saved.length - 1);
    expect(faultOf(() => elsewhere.loadKeyPackage(saved))).toBe('bad_request');
    const epoch = core.createGroup(named('alice'), groupId, lifetime).commit({
      proposals: [{ type: 'add', keyPackage: own.message }], treeInWelcome: false,
    });
    const welcome = epoch.welcome ?? new Uint8Array();
    expect(faultOf(() => elsewhere.join(again, welcome))).toBe('ratchet_tree_missing');
    const joined = elsewhere.join(again, welcome, { ratchetTree: nextOf(epoch).ratchetTree() });
    expect(joined.epochAuthenticator()).toEqual(nextOf(epoch).epochAuthenticator());
  });

  test('the host decides about credentials', () => {
    const { alice } = pair();
    const guest = named('mallory').createKeyPackage(lifetime);
    accepts = (check) => check.use !== 'add';
    const add = { proposals: [{ type: 'add', keyPackage: guest.message }] } as const;
    expect(faultOf(() => alice.commit(add))).toBe('credential_refused');
    accepts = () => {
      throw new Error('the host is broken');
    };
    expect(() => alice.commit(add)).toThrow('the host is broken');
    accepts = () => alice.state().members.length > 0;
    expect(() => alice.commit(add)).toThrow('while it was asking');
    accepts = () => true;
    expect(alice.commit(add).added).toEqual([2]);
  });

  test('the time counts, and the rules', () => {
    now = 3_000_000;
    expect(faultOf(() => core.createGroup(named('alice'), groupId, lifetime))).toBe('leaf_lifetime_over');
    now = 1_500_000;
    core.setRules({ maxLifetime: 10n });
    expect(faultOf(() => core.createGroup(named('alice'), groupId, lifetime))).toBe('leaf_lifetime_too_long');
    core.setRules({});
    expect(faultOf(() => core.createGroup(named('alice'), groupId, lifetime))).toBe(undefined);
  });

  test('a rule that is not named is the default, whatever it was before', () => {
    const { alice } = pair();
    const identity = named('carol');
    const add = (name: string) =>
      ({ type: 'add', keyPackage: named(name).createKeyPackage(lifetime).message }) as const;
    const back = () => core.joinExternal(identity, alice.groupInfo(), { replaces: 1 });
    expect(faultOf(back)).toBe('external_commit_remove_forbidden');
    core.setRules({ externalRemove: 'allowed', maxMembers: 2, maxProposals: 2 });
    expect(faultOf(back)).toBe(undefined);
    expect(faultOf(() => alice.commit({ proposals: [add('dave')] }))).toBe('tree_too_large');
    expect(faultOf(() => alice.commit({ proposals: ['dave', 'erin', 'frank'].map(add) }))).toBe('too_many_proposals');
    core.setRules({ maxProposalsPerSender: 0 });
    expect(faultOf(() => alice.propose(add('dave')))).toBe('too_many_proposals_of_sender');
    core.setRules({ joinsNeedPsk: true });
    expect(faultOf(() => alice.commit({ proposals: [add('dave')] }))).toBe('psk_required');
    core.setRules({});
    expect(faultOf(() => alice.commit({ proposals: [add('dave'), add('erin')] }))).toBe(undefined);
    expect(faultOf(back)).toBe('external_commit_remove_forbidden');
  });

  test('a key package is for one Welcome', () => {
    const { own, welcome } = pair();
    expect(faultOf(() => core.join(own, welcome))).toBe('bad_request');
  });

  test('what is released is gone, and nothing stands in for something else', () => {
    const { alice, bob } = pair();
    alice.release();
    expect(faultOf(() => alice.epochAuthenticator())).toBe('bad_request');
    expect(faultOf(() => core.joinExternal({ handle: bob.handle } as Identity, bob.groupInfo()))).toBe('bad_request');
    expect(faultOf(() => bob.receive(bytes('rubbish')))).toBe('unsupported_version');
    expect(faultOf(() => bob.receive(new Uint8Array()))).toBe('malformed');
  });
});
