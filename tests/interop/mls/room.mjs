// A group of clients that trust the delivery: each step is carried to all members at once, and then all must agree.
import assert from 'node:assert/strict';

import { hex } from '../../lib/mls.mjs';

const encoder = new TextEncoder();
const epochsRead = 3; // after which both kinds still read what was overtaken

export class Room {
  members = [];
  #epoch = 0;
  #late = [];

  constructor(random) {
    this.random = random;
  }

  static async create(founder, random) {
    const room = new Room(random);
    await founder.create(encoder.encode('a room'));
    room.members = [founder];
    return room;
  }

  others(client) {
    return this.members.filter((member) => member !== client);
  }

  /** A proposal, to all. */
  async propose(sender, proposal) {
    const sent = await sender.propose(proposal, { encrypted: this.random.chance(0.5) });
    for (const member of this.others(sender)) await member.receive(sent);
  }

  /** A commit, to all; those in `joining` have a key package in it. */
  async commit(committer, { proposals = [], joining = [] } = {}) {
    const treeInWelcome = this.random.chance(0.5);
    const made = await committer.commit({ proposals, encrypted: this.random.chance(0.5), treeInWelcome });
    await this.#deliver(committer, made.commit);
    assert.equal(made.welcome !== undefined, joining.length > 0);
    for (const client of joining) {
      await client.join(made.welcome, treeInWelcome ? undefined : await committer.ratchetTree());
      this.members.push(client);
    }
    await this.agree();
  }

  /** A newcomer, or a member in place of its own old leaf. */
  async joinExternal(client, from) {
    const returning = this.members.includes(client);
    const options = returning ? { replaces: await client.leaf() } : {};
    const commit = await client.joinExternal(await from.groupInfo(), options);
    await this.#deliver(client, commit, returning ? [client] : []);
    this.members.push(client);
    await this.agree();
  }

  async #deliver(committer, commit, left = []) {
    this.#epoch += 1;
    for (const member of this.others(committer)) if (!(await member.receive(commit))) left.push(member);
    this.members = this.members.filter((member) => !left.includes(member));
    // Who came back is a member of another time.
    this.#late.forEach((late) => left.forEach((member) => late.readers.delete(member)));
  }

  /** Everybody is in the same epoch with the same secrets. */
  async agree() {
    const size = this.random.below(40) + 1;
    const views = [];
    for (const member of this.members) {
      const view = await member.view('a label', encoder.encode('a context'), size);
      views.push(Object.entries(view).map(([name, value]) => `${name} ${typeof value === 'bigint' ? value : hex(value)}`));
    }
    for (const view of views) assert.deepEqual(view, views[0]);
  }

  /** Messages from one, out of order at the others; one of them stays behind for a later epoch. */
  async talk(sender) {
    const texts = Array.from({ length: 3 }, (_, i) => encoder.encode(`${sender.name} says ${i} ${'.'.repeat(this.random.below(50))}`));
    const sent = [];
    for (const text of texts) sent.push({ text, message: await sender.protect(text) });
    const late = sent[this.random.below(3)];
    for (const receiver of this.others(sender)) {
      for (const { text, message } of this.random.shuffle(sent.filter((each) => each !== late)))
        assert.equal(hex(await receiver.open(message)), hex(text));
    }
    this.#late.push({ ...late, epoch: this.#epoch, readers: new Set(this.others(sender)) });
  }

  async readLate() {
    for (const { text, message, epoch, readers } of this.#late.splice(0)) {
      if (this.#epoch - epoch > epochsRead) continue;
      for (const reader of readers) assert.equal(hex(await reader.open(message)), hex(text));
    }
  }
}

/** mulberry32: choices that a seed repeats. */
export class Choices {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(limit) {
    return Math.floor(this.next() * limit);
  }
  chance(probability) {
    return this.next() < probability;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  shuffle(list) {
    const rest = [...list];
    return Array.from(list, () => rest.splice(this.below(rest.length), 1)[0]);
  }
}
