// What somebody with the right secret sees, and what somebody without it: nothing, and why.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';

import { Browsers } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { makeFiles } from './lib/clips.mjs';
import { Server, newRoom, vicinoPath } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const otherSecret = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('the secret of a link', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  const clients = [];
  let server;
  let link;
  let files;

  before(async () => {
    server = await Server.start();
    link = await newRoom(server);
    files = await makeFiles(browsers.folder);
    const options = ['--no-lobby', '--name', 'Right', '--publish', files.video, '--audio', files.audio];
    clients.push(spawn(vicinoPath, ['join', link, ...options], { stdio: 'ignore' }));
  });
  after(async () => {
    for (const client of clients) {
      if (client.exitCode !== null) continue;
      client.kill('SIGTERM');
      await once(client, 'exit');
    }
    await browsers.close();
    await server?.stop();
  });

  test('lets one in, to see and to hear', async () => {
    const viewer = new CallPage(await browsers.chromium(), 'Viewer');
    await viewer.join(link);
    const right = await until("Right's picture is shown", async () => {
      const shown = await viewer.picture('Right');
      return shown && shown.change > 0.2 && shown;
    });
    assert.ok(right.width > 0);
    assert.equal((await viewer.tile('Right')).reason, '');
    assert.deepEqual(viewer.errors, []);
  });

  test('a link with another secret lets nobody in, and the page says what to do', async () => {
    const stranger = new CallPage(await browsers.chromium(), 'Stranger');
    await stranger.enter(`${link.split('#')[0]}#${otherSecret}`);
    const ended = await until('Stranger is refused', () => stranger.ended());
    assert.equal(ended.reason, 'wrongLink');
    assert.match(ended.text, /link/i);
  });

  test('a link without its secret says what is missing', async () => {
    const page = await browsers.chromium();
    await page.goto(link.split('#')[0]);
    const ended = await until('the page explains', () => new CallPage(page, 'Nobody').ended());
    assert.equal(ended.reason, 'linkIncomplete');
    assert.match(ended.text, /#|link/i);
  });
});
