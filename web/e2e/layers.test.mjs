// A camera that is sent as layers of one stream: VP9 and AV1 by Chromium, watched by Chromium and Firefox.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage, distance } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const large = { width: 1280, height: 800 };
const small = { width: 390, height: 400 };
const tolerance = 45; // of 255: codec, scaling and the block that moves

/** What goes out of the camera: {codec, mode, width, bytes}; null: nothing. */
const sent = (person) =>
  person.page.evaluate(async () => {
    const reports = await globalThis.peerConnections.findLast((c) => c.connectionState !== 'closed').getStats();
    const video = [...reports.values()].find((r) => r.type === 'outbound-rtp' && r.kind === 'video' && r.frameWidth);
    if (!video) return null;
    return { codec: reports.get(video.codecId)?.mimeType, mode: video.scalabilityMode, width: video.frameWidth, bytes: video.bytesSent };
  });

/** Bytes of all video that came in. */
const received = (person) =>
  person.page.evaluate(async () => {
    const reports = await globalThis.peerConnections.findLast((c) => c.connectionState !== 'closed').getStats();
    return [...reports.values()].reduce((sum, r) => sum + (r.type === 'inbound-rtp' && r.kind === 'video' ? r.bytesReceived : 0), 0);
  });

describe('a camera in layers of one stream', { timeout: 400_000 }, () => {
  const browsers = new Browsers();
  let server;
  let ada;
  let bob;
  let fox;

  const sends = (what, fits) => until(`Ada sends ${what}`, async () => fits(await sent(ada)), 60_000);
  const sees = (viewer, fits = () => true) =>
    until(`${viewer.name} sees Ada as she is`, async () => {
      const [shown, own] = await Promise.all([viewer.picture('Ada'), ada.picture('Ada')]);
      return shown?.change > 0.2 && own && distance(shown.colour, own.colour) < tolerance && fits(shown) && shown;
    }, 60_000);
  const look = async (size) => {
    for (const viewer of [bob, fox]) await viewer.page.setViewport(size);
  };
  const choose = async (format) => {
    await ada.click('settings');
    await ada.page.waitForSelector('[data-testid="camera-format"]');
    await ada.page.select('[data-testid="camera-format"]', format);
    await ada.press('Escape');
  };

  before(async () => {
    // As in call.test.mjs: several browsers on two cores look like a bad network.
    server = await Server.start('--media-downlink-adapts', 'false');
    const link = await newRoom(server);
    ada = new CallPage(await browsers.chromium({ clip: await makeClip(browsers.folder, 'Ada', '0xC03030', { width: 1280 }) }), 'Ada');
    bob = new CallPage(await browsers.chromium({ clip: await makeClip(browsers.folder, 'Bob', '0x30A040', { width: 320 }) }), 'Bob');
    fox = new CallPage(await browsers.firefox({ width: 320, rate: 10 }), 'Fox');
    await ada.join(link);
    await bob.join(link, ada);
    await fox.join(link, ada);
    await sees(bob);
    await sees(fox);
    // Large on Bob's screen.
    await bob.page.$eval('[data-testid="tile"][aria-label^="Ada"] button[aria-label*="large"]', (button) => button.click());
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  for (const [format, name] of [['vp9', 'VP9'], ['av1', 'AV1']]) {
    test(`in ${name}: all see it, nobody gets more of it than the layer that is shown`, async () => {
      await choose(format);
      await sends('three layers', (video) => video?.codec === `video/${name}` && video.mode === 'L3T3_KEY');
      await sees(bob, ({ width }) => width === 1280);
      await sees(fox);
      const [out, into] = [(await sent(ada)).bytes, await received(bob)];
      await until('a second of pictures', async () => (await sent(ada)).bytes > out + 60_000);
      const share = ((await received(bob)) - into) / ((await sent(ada)).bytes - out);
      assert.ok(share < 0.8, `${(share * 100).toFixed()} % of what is sent comes to each`);
    });

    test(`in ${name}: layers that nobody looks at are sent no more, and are back when somebody does`, async () => {
      await look(small);
      await sends('the smallest layer alone', (video) => video?.mode === 'L1T3' && video.width === 320);
      await sees(bob, ({ width }) => width === 320);
      await sees(fox, ({ width }) => width === 320);
      await look(large);
      await sees(bob, ({ width }) => width === 1280);
      await sees(fox, ({ width }) => width > 320);
    });
  }

  test('and in sizes beside each other again', async () => {
    await choose('vp8');
    await sends('VP8', (video) => video?.codec === 'video/VP8');
    await sees(bob);
    await sees(fox);
    for (const person of [ada, bob, fox]) assert.deepEqual(person.errors, []);
  });
});
