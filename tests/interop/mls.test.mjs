// This project's MLS client in WebAssembly and ts-mls in the same groups: node --test tests/interop/mls.test.mjs.
// VICINO_MLS_SEED repeats a random walk (its seed is printed), VICINO_MLS_STEPS says how long it is, per cipher suite.
// What it needs, ./do test interop makes: the modules, and `npm ci` in tests/interop/mls.
import { existsSync } from 'node:fs';
import { register } from 'node:module';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { notBuilt } from '../lib/mls.mjs';
import { Choices, Room } from './mls/room.mjs';

const packages = fileURLToPath(new URL('./mls/node_modules/ts-mls', import.meta.url));
const skip = notBuilt || (existsSync(packages) ? false : 'ts-mls is not installed: npm ci in tests/interop/mls');
const seed = Number(process.env.VICINO_MLS_SEED ?? Math.floor(Math.random() * 2 ** 32));
const steps = Number(process.env.VICINO_MLS_STEPS ?? 300);
const mostMembers = 5;

const extensionType = 0xf123; // for private use
const day = 24 * 3600;
const now = Math.floor(Date.now() / 1000);
const settings = { extensionTypes: [extensionType], lifetime: { notBefore: now - day, notAfter: now + 20 * day } };

let makers;
before(async () => {
  if (skip) return;
  register('./mls/ts_mls_mended.mjs', import.meta.url);
  const [{ WasmClient }, { TsMlsClient }] = await Promise.all([
    import('./mls/wasm_client.mjs'), import('./mls/ts_mls_client.mjs'),
  ]);
  makers = [WasmClient, TsMlsClient];
});

const pskId = (number) => new TextEncoder().encode(`psk ${number}`);
const pskSecret = (number) => new TextEncoder().encode(`the secret of ${number}`);
const pskProposal = (number) => ({ type: 'psk', psk: { type: 'external', id: pskId(number) } });
const context = (text) => ({
  type: 'group_context_extensions', extensions: [{ type: extensionType, data: new TextEncoder().encode(text) }],
});

async function client(kind, suite, name) {
  const made = await makers[kind].make(suite, name, settings);
  for (let number = 0; number < 3; ++number) made.putPsk(pskId(number), pskSecret(number));
  return made;
}
const add = async (newcomer) => ({ type: 'add', keyPackage: await newcomer.keyPackage() });
const remove = async (member) => ({ type: 'remove', leaf: await member.leaf() });

/** Both kinds in turn as the one who acts and as the one who is acted upon. */
async function everythingOnce(suite, kind) {
  const random = new Choices(kind + suite);
  const founder = await client(kind, suite, 'founder');
  const guest = await client(1 - kind, suite, 'guest');
  const third = await client(kind, suite, 'third');
  const fourth = await client(1 - kind, suite, 'fourth');
  const room = await Room.create(founder, random);
  await room.commit(founder, { proposals: [await add(guest)], joining: [guest] });
  await room.talk(founder);
  await room.talk(guest);
  await room.propose(founder, await add(third));
  await room.propose(guest, await add(fourth));
  await room.commit(guest, { joining: [third, fourth] });
  await room.readLate();
  for (const member of room.members) await room.talk(member);
  for (const member of room.members) await room.commit(member); // a path from each
  await room.readLate();
  for (const member of room.members.filter(({ kind: its }) => its === 'wasm')) {
    await room.propose(member, { type: 'update' });
    await room.commit(room.others(member)[0]);
  }
  await room.commit(founder, { proposals: [pskProposal(0)] });
  await room.propose(founder, pskProposal(1));
  await room.commit(guest, { proposals: [pskProposal(2)] });
  const wasm = room.members.find(({ kind: its }) => its === 'wasm');
  await room.propose(room.others(wasm)[0], context('one'));
  await room.commit(wasm);
  await room.commit(founder, { proposals: [await remove(fourth)] });
  await room.commit(guest, { proposals: [await remove(third)] });
  await room.joinExternal(third, guest);
  await room.joinExternal(fourth, founder);
  for (const member of room.members) await room.talk(member);
  await room.joinExternal(third, founder);
  await room.commit(third);
  await room.readLate();
}

/** The first half of the tree is blank after the last removal, and the root in nobody's filtered direct path. */
async function emptyHalf(suite, kind) {
  const members = [];
  for (const name of ['first', 'second', 'third', 'fourth'])
    members.push(await client(name === 'fourth' ? kind : 1 - kind, suite, name));
  const [first, second, third, fourth] = members;
  const room = await Room.create(first, new Choices(suite));
  for (const newcomer of [second, third, fourth])
    await room.commit(first, { proposals: [await add(newcomer)], joining: [newcomer] });
  await room.commit(fourth, { proposals: [await remove(second)] });
  await room.commit(fourth, { proposals: [await remove(first)] });
  await room.commit(third);
  await room.talk(fourth);
  await room.joinExternal(second, third);
  await room.talk(second);
}

/** What one step of a random walk can be; `room` has somebody of either kind. */
const walk = {
  async add(room, random, newcomer) {
    if (room.members.length >= mostMembers) return walk.remove(room, random);
    const made = await newcomer();
    const proposal = await add(made);
    const [proposer, committer] = [random.pick(room.members), random.pick(room.members)];
    if (random.chance(0.5)) return room.commit(committer, { proposals: [proposal], joining: [made] });
    await room.propose(proposer, proposal);
    return room.commit(committer, { joining: [made] });
  },
  async joinExternal(room, random, newcomer) {
    if (room.members.length >= mostMembers) return walk.rejoin(room, random);
    return room.joinExternal(await newcomer(), random.pick(room.members));
  },
  async rejoin(room, random) {
    const member = random.pick(room.members);
    const others = room.others(member);
    if (others.length > 0) await room.joinExternal(member, random.pick(others));
  },
  async remove(room, random) {
    const [committer, member] = random.shuffle(room.members);
    // Either kind stays.
    if (!member || !room.others(member).some(({ kind }) => kind === member.kind)) return walk.path(room, random);
    if (random.chance(0.5)) return room.commit(committer, { proposals: [await remove(member)] });
    await room.propose(random.pick(room.members), await remove(member));
    return room.commit(committer);
  },
  path: (room, random) => room.commit(random.pick(room.members)),
  async update(room, random) {
    const updating = room.members.filter(({ kind }) => kind === 'wasm' && random.chance(0.6));
    for (const member of updating) await room.propose(member, { type: 'update' });
    return room.commit(random.pick(room.members.filter((member) => member.kind === 'wasm' || !updating.includes(member))));
  },
  async psk(room, random) {
    const [first, second] = random.shuffle([0, 1, 2]);
    await room.propose(random.pick(room.members), pskProposal(first));
    return room.commit(random.pick(room.members), { proposals: random.chance(0.5) ? [pskProposal(second)] : [] });
  },
  async context(room, random) {
    await room.propose(random.pick(room.members), context(`${random.below(1000)}`));
    return room.commit(random.pick(room.members.filter(({ kind }) => kind === 'wasm')));
  },
  async restart(room, random) {
    random.pick(room.members.filter(({ kind }) => kind === 'wasm')).restart();
    return room.agree();
  },
};

async function randomWalk(suite, random, count) {
  let number = 0;
  const newcomer = () => client(random.below(2), suite, `member ${++number}`);
  const room = await Room.create(await client(random.below(2), suite, 'founder'), random);
  const second = await client(room.members[0].kind === 'wasm' ? 1 : 0, suite, 'second');
  await room.commit(room.members[0], { proposals: [await add(second)], joining: [second] });
  const taken = Object.fromEntries(Object.keys(walk).map((name) => [name, 0]));
  for (let step = 0; step < count; ++step) {
    const name = random.pick(Object.keys(walk));
    taken[name] += 1;
    try {
      await walk[name](room, random, newcomer);
      if (random.chance(0.3)) await room.readLate();
      if (random.chance(0.3)) await room.talk(random.pick(room.members));
    } catch (error) {
      throw new Error(`step ${step}, ${name}, among ${room.members.map(({ kind }) => kind)}`, { cause: error });
    }
  }
  return taken;
}

for (const suite of [1, 3]) {
  describe(`cipher suite ${suite}`, { skip }, () => {
    test('everything once, begun by WebAssembly', () => everythingOnce(suite, 0));
    test('everything once, begun by ts-mls', () => everythingOnce(suite, 1));
    test('half a tree, emptied by WebAssembly', () => emptyHalf(suite, 0));
    test('half a tree, emptied by ts-mls', () => emptyHalf(suite, 1));
    test(`${steps} random steps from seed ${seed}`, async (t) => {
      const taken = await randomWalk(suite, new Choices(seed + suite), steps);
      t.diagnostic(Object.entries(taken).map(([name, count]) => `${count} ${name}`).join(', '));
    });
  });
}
