// Less video by choice, what goes out in consequence, and what is told of the network.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { controls } from './lib/accessibility.mjs';
import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const byId = (id) => `[data-testid="${id}"]`;

/** Format parameters of Opus in the answer, by m-line. */
const opusParameters = (person) =>
  person.page.evaluate(() => {
    const sections = globalThis.peerConnections.at(-1).remoteDescription.sdp.split(/^(?=m=)/m);
    const found = {};
    for (const section of sections.filter((s) => s.startsWith('m=audio'))) {
      found[/^a=mid:(\S+)/m.exec(section)[1]] = /^a=fmtp:111 (.*?)\r?$/m.exec(section)?.[1].split(';') ?? [];
    }
    return found;
  });

/** Packets that go out between two looks. */
async function sentDuring(person, milliseconds) {
  const first = await person.packetsSent();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const second = await person.packetsSent();
  return { audio: second.audio - first.audio, video: second.video - first.video };
}

describe('a call on a thin network', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  let server;
  let ada;
  let bob;

  const moves = (viewer, name) => until(`${viewer.name} sees ${name} move`, async () => (await viewer.picture(name))?.change > 0.2);
  const reason = (viewer, name, wanted) =>
    until(`${viewer.name} reads ${wanted} on ${name}`, async () => (await viewer.tile(name))?.reason === wanted);
  const choose = async (person, id) => {
    if (!(await person.page.$(byId('more-menu')))) await person.click('more-toggle');
    await person.page.waitForSelector(byId('more-menu'));
    await person.click(id);
    await person.click('more-toggle');
  };

  before(async () => {
    server = await Server.start();
    const link = await newRoom(server);
    const people = [];
    for (const [name, colour] of [['Ada', '0xC03030'], ['Bob', '0x30A040']]) {
      people.push(new CallPage(await browsers.chromium({ clip: await makeClip(browsers.folder, name, colour) }), name));
    }
    [ada, bob] = people;
    await ada.join(link);
    await bob.join(link, ada);
    await Promise.all([moves(ada, 'Bob'), moves(bob, 'Ada')]);
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  test('a voice is offered with repetition of what is lost and without silence, music isn’t', async () => {
    const parameters = await opusParameters(ada);
    for (const wanted of ['useinbandfec=1', 'usedtx=1', 'stereo=0']) assert.ok(parameters[0].includes(wanted), parameters[0].join());
    assert.ok(!parameters[3].includes('usedtx=1'), parameters[3].join());
  });

  test('silence takes next to nothing', async () => {
    assert.ok((await sentDuring(ada, 2000)).audio > 80, 'a voice has fifty packets a second');
    await ada.press('m');
    await until('Ada’s silence is hardly sent', async () => (await sentDuring(ada, 2000)).audio < 20);
    await ada.press('m');
    await until('Ada is sent again', async () => (await sentDuring(ada, 1000)).audio > 40);
  });

  test('incoming video is turned off in the menu, the tile says so, and voices go on', async () => {
    await choose(ada, 'incoming-video');
    await reason(ada, 'Bob', 'videoTurnedOff');
    assert.match((await ada.tile('Bob')).message, /turned incoming video off/);
    const then = await ada.received();
    await until('Ada goes on hearing Bob', async () => {
      const { energy } = await ada.received();
      return Object.keys(energy).some((mid) => energy[mid] - (then.energy[mid] ?? 0) > 0.0001);
    });
    await moves(bob, 'Ada');
  });

  test('nothing is encoded for nobody, and it is back at once for somebody', async () => {
    await until('Bob’s picture isn’t sent any more', async () => (await sentDuring(bob, 1500)).video === 0);
    await ada.press('r');
    await moves(ada, 'Bob');
  });

  test('audio only is one choice, and gives back what was there before', async () => {
    await choose(ada, 'audio-only');
    assert.equal(await ada.isOn('camera-toggle'), false);
    await reason(ada, 'Bob', 'videoTurnedOff');
    await until('Bob sees no camera of Ada', async () => (await bob.tile('Ada'))?.state === 'off');
    await choose(ada, 'audio-only');
    await Promise.all([moves(ada, 'Bob'), moves(bob, 'Ada')]);
    assert.equal(await ada.isOn('camera-toggle'), true);
  });

  test('the panel says that all is well, and how well', async () => {
    await ada.press('n');
    await until('it is measured', async () => /good/.test(await ada.text('connection-quality')));
    await ada.page.$eval(byId('connection-details'), (details) => (details.open = true));
    const figure = (key) => ada.text(`figure-${key}`);
    await until('Ada’s picture is in the figures', async () => /\d+×\d+, \d+\/s, VP8/.test(await figure('picture')));
    assert.match(await figure('path'), /UDP/);
    for (const key of ['roundTrip', 'jitter']) assert.match(await figure(key), /\d ms/);
    for (const key of ['sendRate', 'receiveRate']) assert.match(await figure(key), /bit\/s/);
    const named = await controls(ada.page, byId('connection'));
    assert.deepEqual(named.filter(({ role, name }) => role === '' || name.trim() === ''), []);
    await ada.press('n');
  });

  test('everybody’s bars are in the list of people', async () => {
    await ada.press('p');
    const bars = await ada.page.$$eval(`${byId('person')} ${byId('signal')}`, (all) => all.map((one) => one.getAttribute('aria-label')));
    assert.deepEqual(bars, ['You: good connection', 'Bob: good connection']);
    await ada.page.$eval(`${byId('person')} ${byId('signal')}`, (one) => one.click());
    await ada.page.waitForSelector(byId('connection'));
    await ada.press('Escape');
  });

  test('no page had an error', () => {
    for (const person of [ada, bob]) assert.deepEqual(person.errors, [], person.name);
  });
});
