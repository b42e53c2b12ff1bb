// The network is gone for a while, and nobody says so.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

describe('a network that is gone for a while', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  const people = [];
  let server;

  const everybodySeesTheOther = () =>
    Promise.all(
      people.map((viewer) => {
        const other = people.find((person) => person !== viewer);
        return until(`${viewer.name} sees ${other.name}`, async () => (await viewer.picture(other.name))?.change > 0.2, 60_000);
      }),
    );

  before(async () => {
    server = await Server.start();
    const link = await newRoom(server);
    for (const [name, colour] of [['Ada', '0xC03030'], ['Bob', '0x30A040']]) {
      const page = await browsers.chromium({ clip: await makeClip(browsers.folder, name, colour) });
      people.push(new CallPage(page, name));
    }
    await people[0].join(link);
    await people[1].join(link, people[0]);
  });
  after(async () => {
    server?.reappear();
    await browsers.close();
    await server?.stop();
  });

  test('is waited for, and the call goes on by itself, without a reload', async () => {
    await everybodySeesTheOther();
    await Promise.all(people.map((person) => person.page.evaluate(() => (globalThis.notReloaded = true))));
    server.vanish();
    for (const person of people) {
      await until(`${person.name}'s media path is lost`, () =>
        person.page.evaluate(() => globalThis.peerConnections.some((c) => ['disconnected', 'failed', 'closed'].includes(c.connectionState))));
    }
    server.reappear();
    await everybodySeesTheOther();
    for (const person of people) {
      assert.equal(await person.page.evaluate(() => globalThis.notReloaded), true);
      assert.deepEqual(person.errors, [], person.name);
    }
  });
});
