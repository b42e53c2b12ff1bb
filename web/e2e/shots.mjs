// Screenshots of a real, encrypted call of drawn people: `./do shots [FOLDER]`. Looked at by people; compared with nothing.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { Browsers } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom, root } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const folder = process.argv[2] ?? join(root, 'docs/images');
const names = ['Ada Lovelace', 'Bo', 'Chiara Rossi', 'Dmitri'];
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };

const drawing = ts
  .transpileModule(readFileSync(join(root, 'web/src/dev/drawn_face.ts'), 'utf8'), {
    compilerOptions: { target: 'ES2022', module: 'ESNext' },
  })
  .outputText.replaceAll('export ', '');

// The camera becomes a drawing; the microphone stays the browser's made-up one.
const drawnCamera = (index) => `{
  ${drawing}
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await original(constraints);
    for (const track of stream.getVideoTracks()) {
      stream.removeTrack(track);
      track.stop();
      stream.addTrack(drawnTrack(${index}, false, 1));
    }
    return stream;
  };
  navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([drawnTrack(0, true, 1)]);
}`;

const flags = ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'];

async function person(browsers, name, index, look) {
  const page = await browsers.chromium({ flags, ...look });
  await page.evaluateOnNewDocument(drawnCamera(index));
  return new CallPage(page, name);
}

const seesAll = (viewer, others) =>
  Promise.all(others.map((other) => until(`${viewer.name} sees ${other.name}`, async () => {
    const shown = await viewer.picture(other.name);
    return shown && shown.change > 0 && shown.width >= 320;
  }, 60_000)));

// What a page says of the network is put away first.
async function shoot(page, name) {
  await page.$eval('[data-testid="network-notice"] > button', (close) => close.click()).catch(() => {});
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`${name}.png`);
}

mkdirSync(folder, { recursive: true });
// Six pages that draw, encode and decode on two cores are late as if the network were bad, which isn't what is to be shown.
const server = await Server.start('--media-downlink-adapts', 'false');
const browsers = new Browsers();
try {
  const link = await newRoom(server);
  const others = [];
  for (const [index, name] of names.entries()) {
    const other = await person(browsers, name, index);
    await other.join(link, others[0] ?? null);
    others.push(other);
  }
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const dark of [false, true]) {
      const tail = `${size}-${dark ? 'dark' : 'light'}`;
      const viewer = await person(browsers, 'Nora', 7, { ...viewport, dark });
      await viewer.page.goto(server.url);
      await viewer.page.waitForSelector('[data-testid="create-room"]');
      await shoot(viewer.page, `start-${tail}`);
      await viewer.open(link);
      await until('the preview shows', () => viewer.page.evaluate(() => document.querySelector('video')?.videoWidth > 0));
      await shoot(viewer.page, `lobby-${tail}`);
      await viewer.join(link, others[0]);
      await seesAll(viewer, others);
      // Messages about who joined go by themselves.
      await until('the notices are gone', () => viewer.page.$eval('[data-testid="notices"]', (n) => n.children.length === 0));
      await shoot(viewer.page, `call-${tail}`);
      await others[0].click('share-toggle');
      await until('the screen arrives', () => viewer.picture(others[0].name, 'screen').then((p) => p?.width > 0));
      await shoot(viewer.page, `screen-${tail}`);
      await others[0].click('share-toggle');
      await viewer.click('e2ee-badge');
      // Five pages that draw, encode and decode on two cores may be too slow to agree on one: then without.
      await until('the code is there', async () => (await viewer.trust()).code !== '').catch(console.warn);
      await shoot(viewer.page, `code-${tail}`);
      await viewer.press('Escape');
      await viewer.click('leave');
      await until('the end shows', () => viewer.ended());
    }
  }
} finally {
  await browsers.close();
  await server.stop();
}
