// A call through a relay that behaves like a bad network: it goes on, and it is said why it is bad.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';

import { owner } from '../../tests/lib/owner.mjs';
import { startBehindRelay } from '../../tests/lib/relay.mjs';
import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { otherAddress, root } from './lib/server.mjs';
import { until } from './lib/until.mjs';

describe('a call on a bad network', { timeout: 600_000 }, () => {
  const own = owner({ after });
  const people = [];
  const browsers = new Browsers();
  let relay;
  let link;

  const moves = (viewer, name) => until(`${viewer.name} sees ${name} move`, async () => (await viewer.picture(name))?.change > 0.2);
  const everybodySees = () => Promise.all([moves(people[0], 'Bob'), moves(people[1], 'Ada')]);
  const causes = (person) => person.page.$$eval('[data-testid="finding"]', (all) => all.map((one) => one.dataset.cause));

  before(async () => {
    // Firefox takes nothing from the loopback's addresses.
    const started = await startBehindRelay(own, { delay: '25ms' }, { '--web-folder': join(root, 'web/dist') }, otherAddress());
    relay = started.relay;
    own.defer(() => browsers.close());
    for (const [name, colour] of [['Ada', '0xC03030'], ['Bob', '0x30A040']]) {
      people.push(new CallPage(await browsers.chromium({ clip: await makeClip(browsers.folder, name, colour, { noise: true }) }), name));
    }
    link = await started.server.newRoom(own);
    await people[0].join(link);
    await people[1].join(link, people[0]);
    await everybodySees();
    await people[0].press('n');
  });

  test('that loses packets names the way on which they get lost, and voices are repaired from what comes after', async () => {
    const [ada] = people;
    await relay.set({ loss: '8%' });
    await until('Ada reads of loss on both ways', async () => {
      const found = await causes(ada);
      return found.includes('uplinkLoss') && found.includes('downlinkLoss');
    }, 60_000);
    assert.match(await ada.text('connection-quality'), /Your uplink loses data/);
    await until('lost sound is decoded from what comes after it', () =>
      ada.page.evaluate(async () => {
        const reports = [...(await globalThis.peerConnections.at(-1).getStats()).values()];
        return reports.some(({ type, fecPacketsReceived }) => type === 'inbound-rtp' && fecPacketsReceived > 0);
      }), 60_000);
    await everybodySees();
  });

  test('that is well again is said to be', async () => {
    const [ada] = people;
    await relay.set({ loss: '0%' });
    await until('Ada reads that all is well', async () => /good/.test(await ada.text('connection-quality')), 60_000);
    await everybodySees();
  });

  test('that is thin leaves smaller pictures, and gives back the large ones', async () => {
    const [ada] = people;
    // Not the smallest of what a camera of 640 gives: the loss of before may have led there.
    const width = await until('Ada sees Bob larger than that', async () => {
      const picture = await ada.picture('Bob');
      return picture?.width > 160 && picture.width;
    }, 90_000);
    await relay.set({ rate: '300k' });
    await until('Ada sees Bob smaller', async () => {
      const picture = await ada.picture('Bob');
      return picture && picture.width < width && picture.change > 0.2;
    }, 90_000);
    await relay.set({ rate: '10M' });
    await until('Ada sees Bob as large as before', async () => (await ada.picture('Bob'))?.width === width, 90_000);
  });

  test('that carries the voices alone pauses the cameras, says so, and gives them back', async () => {
    const [ada, bob] = people;
    const fox = new CallPage(await browsers.firefox(), 'Fox');
    await fox.join(link, ada);
    await moves(bob, 'Fox');
    await fox.press('n');
    const narrow = [ada, fox];
    await relay.set({ 'up-rate': '64k' });
    for (const person of narrow)
      await until(`${person.name} reads that the picture is paused`, async () => (await causes(person)).includes('uplinkVoiceOnly'), 90_000);
    const shown = async (person) => (await bob.tile(person.name)).reason;
    for (const person of narrow)
      await until(`Bob sees no still picture of ${person.name}`, async () => (await shown(person)) === 'cameraOff', 30_000);
    await relay.set({ rate: '10M' });
    for (const person of narrow) {
      await until(`Bob sees ${person.name} again`, async () => (await bob.picture(person.name))?.change > 0.2, 150_000);
      await until(`${person.name} reads that all is well`, async () => /good/.test(await person.text('connection-quality')), 60_000);
    }
  });

  test('no page had an error', () => {
    for (const person of people) assert.deepEqual(person.errors, [], person.name);
  });
});
