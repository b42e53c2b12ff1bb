// What is missing gets a sentence, and as little as possible keeps anybody out.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browsers } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

describe('somebody is refused something', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  const people = [];
  let server;
  let link;
  let dan;

  const person = async (name, options) => {
    const page = new CallPage(await browsers.chromium(options), name);
    people.push(page);
    return page;
  };

  before(async () => {
    server = await Server.start('--limits-participants-per-room', '2');
    link = await newRoom(server);
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  test('the browser allows no camera and no microphone: the lobby says so, and one joins without', async () => {
    dan = await person('Dan', { asks: true });
    // Whatever isn't listed is denied.
    await dan.page.browserContext().overridePermissions(server.url, ['clipboard-sanitized-write']);
    await dan.open(link);
    const problems = await until('the lobby says what is denied', async () => {
      const text = await dan.text('problems');
      return /allows neither microphone nor camera/.test(text) && text;
    });
    assert.match(problems, /You can join without a camera or microphone/);
    await dan.submit();
    await dan.inCall();
    assert.deepEqual([await dan.isOn('mic-toggle'), await dan.isOn('camera-toggle')], [false, false]);
    assert.equal(await dan.text('own-problems'), '', 'what was read in the lobby is not said again');
    await dan.click('camera-toggle');
    await until('the call says it on the next try', async () => /allow the camera/.test(await dan.text('own-problems')));
    await dan.page.$eval('[data-testid="own-problems"] button', (close) => close.click());
    await until('and it can be put away', async () => (await dan.text('own-problems')) === '');
  });

  test('there is no camera and no microphone: the lobby says so, and one joins without', async (t) => {
    const nina = await person('Nina', { devices: false });
    await nina.open(link);
    const own = await nina.page.evaluate(async () => (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind !== 'audiooutput').length);
    if (own > 0) t.diagnostic('skipped because this machine has a camera or a microphone');
    else {
      await until('the lobby says what is missing', async () => {
        const text = await nina.text('problems');
        return /No microphone and no camera were found/.test(text) && /You can join without/.test(text);
      });
    }
    await nina.submit();
    await dan.admit('Nina');
    await until('Dan sees her tile', async () => {
      const tile = await dan.tile('Nina');
      return tile && (own > 0 || (tile.muted && tile.state === 'off'));
    });
    await until('she sees his', async () => {
      const tile = await nina.tile('Dan');
      return tile?.muted && tile.state === 'off';
    });
  });

  test('the room is full: a third waits until somebody leaves', async () => {
    const third = await person('Theo');
    await third.enter(link);
    const ended = await until('Theo is told', () => third.ended());
    assert.equal(ended.reason, 'roomFull');
    assert.match(ended.text, /full/);
    await dan.click('leave');
    await until('Dan is out', () => dan.ended());
    await third.click('rejoin');
    await third.page.waitForSelector('[data-testid="join"]');
    await third.click('join');
    // The only one left is the host now.
    await people.find((one) => one.name === 'Nina').admit('Theo');
    await until('Theo sees Nina', () => third.tile('Nina'));
    await third.click('leave');
  });

  test('the link is cut off: the page says what is missing', async () => {
    for (const cut of [link.slice(0, -1), link.slice(0, link.indexOf('#') + 1), link.split('#')[0]]) {
      await dan.page.goto('about:blank');
      await dan.page.goto(cut);
      const ended = await until(`${cut} is explained`, () => dan.ended());
      assert.equal(ended.reason, 'linkIncomplete');
      assert.match(ended.text, /The part after # is missing or cut off/);
    }
  });

  test('the server is gone: the page says so, goes on trying, and gets in when it is back', async () => {
    await dan.open(link);
    await server.kill();
    await dan.submit();
    const banner = await until('Dan is told', async () => {
      const text = await dan.text('banner');
      return /server/.test(text) && text;
    });
    assert.match(banner, /The server doesn’t answer\. Trying again/);
    await server.launch();
    // Nina, who was in the call, has come back to it as well, and is its host.
    await people.find((one) => one.name === 'Nina').admit('Dan');
    await dan.inCall();
  });

  test('no page had an error', () => {
    for (const { name, errors } of people) assert.deepEqual(errors, [], name);
  });
});
