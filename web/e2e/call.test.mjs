// The main job: three Chromium and one Firefox in one encrypted call.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage, distance } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const colours = { Ada: '0xC03030', Bob: '0x30A040', Eve: '0x3050C0' };
const joinTime = 60_000; // four browsers on two cores
const tolerance = 45; // of 255: codec, scaling and the block that moves

describe('a call of four browsers', { timeout: 600_000 }, () => {
  const browsers = new Browsers();
  const people = [];
  let server;
  let link;
  const others = (one) => people.filter((other) => other !== one);
  const named = (name) => people.find((person) => person.name === name);

  const sees = (viewer, other) =>
    until(`${viewer.name} sees ${other.name}`, async () => {
      const shown = await viewer.picture(other.name);
      return shown && shown.change > 0.2 && shown;
    }, joinTime);
  const everybodySeesEverybody = () =>
    Promise.all(people.flatMap((viewer) => others(viewer).map((other) => sees(viewer, other))));

  before(async () => {
    // Four browsers on two cores look at their packets late as if the network were bad. What is done then is tried where it is:
    // bad_network.test.mjs, and in virtual time, sim/.
    server = await Server.start('--media-downlink-adapts', 'false');
    link = await newRoom(server);
    for (const [name, colour] of Object.entries(colours)) {
      const clip = await makeClip(browsers.folder, name, colour);
      people.push(new CallPage(await browsers.chromium({ clip }), name));
    }
    people.push(new CallPage(await browsers.firefox(), 'Fox'));
    for (const person of people) await person.join(link, person === people[0] ? null : people[0]);
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  test('everybody sees moving pictures of everybody else, and they are the right ones', async () => {
    await everybodySeesEverybody();
    for (const viewer of people) {
      for (const other of others(viewer)) {
        await until(`${viewer.name} sees what ${other.name} shows`, async () => {
          const [shown, sent] = await Promise.all([viewer.picture(other.name), other.picture(other.name)]);
          return shown && sent && distance(shown.colour, sent.colour) < tolerance;
        });
      }
    }
  });

  test('frames of everybody are decoded, counted by the browsers', async () => {
    for (const viewer of people) {
      const before = (await viewer.received()).frames;
      await until(`${viewer.name} decodes three videos`, async () => {
        const now = (await viewer.received()).frames;
        return Object.keys(now).filter((mid) => now[mid] > (before[mid] ?? 0) + 5).length >= 3;
      });
    }
  });

  test('everybody hears everybody', async () => {
    for (const viewer of people) {
      await until(`${viewer.name} hears three voices`, async () => {
        const { energy } = await viewer.received();
        return Object.values(energy).filter((value) => value > 0.0001).length >= 3;
      });
    }
  });

  test('muting and turning the camera off show at the others', async () => {
    const [ada] = people;
    await ada.click('mic-toggle');
    await ada.click('camera-toggle');
    for (const viewer of others(ada)) {
      await until(`${viewer.name} is told that Ada is muted and has no camera`, async () => {
        const tile = await viewer.tile('Ada');
        return tile?.muted && tile.state === 'off';
      });
    }
    await ada.click('mic-toggle');
    await ada.click('camera-toggle');
    for (const viewer of others(ada)) {
      await sees(viewer, ada);
      assert.equal((await viewer.tile('Ada')).muted, false);
    }
  });

  test('a shared screen arrives', async () => {
    const bob = named('Bob');
    await bob.click('share-toggle');
    for (const viewer of others(bob)) {
      await until(`${viewer.name} sees Bob's screen`, async () => {
        const shown = await viewer.picture('Bob', 'screen');
        return shown && shown.width > 0;
      }, joinTime);
    }
    await bob.click('share-toggle');
    for (const viewer of others(bob)) {
      await until(`${viewer.name}'s tile of the screen goes`, async () => !(await viewer.tile('Bob', 'screen')));
    }
  });

  test('one leaves, is gone at the others, and rejoins', async () => {
    const eve = named('Eve');
    await eve.click('leave');
    assert.equal((await until('Eve has left', () => eve.ended())).reason, 'left');
    for (const viewer of others(eve)) {
      await until(`Eve's tile goes at ${viewer.name}`, async () => !(await viewer.tile('Eve')), 10_000);
    }
    await eve.click('rejoin');
    await eve.page.waitForSelector('[data-testid="name-input"], [data-testid="call"]');
    if (await eve.page.$('[data-testid="join"]')) await eve.click('join');
    // Who left is a newcomer again.
    await people[0].admit('Eve');
    await everybodySeesEverybody();
  });

  test('after the server was killed and started again all are back by themselves', async () => {
    await server.kill();
    for (const person of people) {
      await until(`${person.name} is told that the connection is lost`, () =>
        person.page.$('[data-testid="banner"][data-phase="reconnecting"]'));
    }
    await server.launch();
    await everybodySeesEverybody();
  });

  test('no page had an error', () => {
    for (const person of people) assert.deepEqual(person.errors, [], person.name);
  });
});
