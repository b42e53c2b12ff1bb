// The whole network is gone for a while, media and signalling: the call goes on by itself, as the same call.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';

import { owner } from '../../tests/lib/owner.mjs';
import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Cut } from './lib/cut.mjs';
import { newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const cutTime = 10_000;

describe('a call whose network is cut', { timeout: 400_000 }, () => {
  const browsers = new Browsers();
  const own = owner({ after });
  let cut;
  let people;

  const decoded = async (person) => Object.values((await person.received()).frames).reduce((sum, count) => sum + count, 0);
  const decodesMore = async (person) => {
    const before = await decoded(person);
    await until(`${person.name} decodes more frames`, async () => (await decoded(person)) > before + 3, 60_000);
  };
  // Who is here, by the number that a participant keeps for as long as it stays, and the code that changes with the group.
  const roster = async (person) => {
    const { members, code } = await person.trust();
    const participants = (await person.tiles()).map(({ participant, source }) => `${participant} ${source}`);
    return { members, code, participants: participants.sort() };
  };
  const ufrag = (person) =>
    person.page.evaluate(() => /a=ice-ufrag:(\S+)/.exec(globalThis.peerConnections.at(-1).currentLocalDescription.sdp)[1]);
  const connections = (person) => person.page.evaluate(() => globalThis.peerConnections.length);

  before(async () => {
    cut = await Cut.start(own);
    const link = cut.through(await newRoom(cut.server));
    const clip = await makeClip(browsers.folder, 'Ada', '0xC03030');
    people = [new CallPage(await browsers.chromium({ clip }), 'Ada'), new CallPage(await browsers.firefox(), 'Fox')];
    await people[0].join(link);
    await people[1].join(link, people[0]);
    for (const person of people) {
      await decodesMore(person);
      await until(`${person.name} has a code`, async () => (await person.trust()).state === 'shown');
    }
  });
  after(async () => {
    await browsers.close();
    await cut?.stop();
  });

  // Cuts everything; the result says how long each picture took to move again, in ms from when the network was back.
  const cutAndTime = async (options) => {
    await cut.begin(options);
    await pass(cutTime);
    const still = await Promise.all(people.map(decoded));
    await cut.end(options);
    const back = performance.now();
    const times = await Promise.all(
      people.map(async (person, i) => {
        await until(`${person.name} sees the other again`, async () => {
          const now = await decoded(person);
          // A fresh connection counts from 0.
          return now > 0 && now !== still[i];
        }, 60_000);
        return performance.now() - back;
      }),
    );
    for (const person of people) await decodesMore(person);
    return people.map(({ name }, i) => `${name} ${(times[i] / 1000).toFixed(2)} s`).join(', ');
  };

  test('for media alone goes on over the same connections, by other ICE credentials', async (t) => {
    const before = await Promise.all(people.map(roster));
    const had = await Promise.all(people.map(connections));
    const credentials = await Promise.all(people.map(ufrag));
    t.diagnostic(`back after: ${await cutAndTime({ mediaOnly: true })}`);
    assert.deepEqual(await Promise.all(people.map(roster)), before);
    assert.deepEqual(await Promise.all(people.map(connections)), had, 'repaired, not replaced');
    for (const [i, person] of people.entries()) assert.notEqual(await ufrag(person), credentials[i], person.name);
  });

  test('goes on with the same people and keys', async (t) => {
    const before = await Promise.all(people.map(roster));
    t.diagnostic(`back after: ${await cutAndTime({})}`);
    await Promise.all(people.map((person) => person.inCall()));
    assert.deepEqual(await Promise.all(people.map(roster)), before);
  });

  test('goes on with the same people and keys where the old signalling connection stays dead', async (t) => {
    const before = await Promise.all(people.map(roster));
    t.diagnostic(`back after: ${await cutAndTime({ forgetful: true })}`);
    await Promise.all(people.map((person) => person.inCall()));
    assert.deepEqual(await Promise.all(people.map(roster)), before);
    for (const person of people) assert.deepEqual(person.errors, [], person.name);
  });
});
