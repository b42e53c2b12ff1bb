// Somebody comes by the name of a verified person and is another: nothing passes either way until it is accepted. Three
// profiles, for an identity belongs to a device.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

const clip = { width: 320, rate: 12 };
const quietTime = 2_000; // ms of watching that nothing comes
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe('somebody else under a verified name', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  let server;
  let link;
  let ada;
  let bob;
  let other; // calls itself Bob as well

  const sees = (viewer, name) =>
    until(`${viewer.name} sees ${name}`, async () => {
      const shown = await viewer.picture(name);
      if (!(shown?.change > 0.2)) throw new Error(JSON.stringify([shown, await viewer.tile(name)]));
      return true;
    }, 60_000);
  const hasDialog = (person) =>
    person.page.$$eval('[data-testid="identity-dialog"]', (dialogs) => dialogs.some((dialog) => dialog.open));
  const sameCode = (...all) =>
    until('all have the same code', async () => {
      const seen = await Promise.all(all.map((person) => person.trust()));
      if (seen[0].code === '' || seen.some(({ code }) => code !== seen[0].code)) throw new Error(JSON.stringify(seen));
      return true;
    });
  const outgoing = async (person) => {
    const before = await person.packetsSent();
    await pause(quietTime);
    const now = await person.packetsSent();
    return { audio: now.audio - before.audio, video: now.video - before.video };
  };

  before(async () => {
    server = await Server.start();
    link = await newRoom(server);
    const person = async (name, file, colour) =>
      new CallPage(await browsers.chromium({ clip: await makeClip(browsers.folder, file, colour, clip) }), name);
    ada = await person('Ada', 'ada', '0xC03030');
    bob = await person('Bob', 'bob', '0x30A040');
    other = await person('Bob', 'other', '0x3050C0');
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  test('two verify each other', async () => {
    await ada.join(link);
    await bob.join(link, ada);
    await Promise.all([sees(ada, 'Bob'), sees(bob, 'Ada')]);
    await sameCode(ada, bob);
    await ada.click('e2ee-badge');
    await ada.page.waitForSelector('[data-testid="confirm-code"]:not([disabled])');
    await ada.click('confirm-code');
    await until('Ada has verified Bob', async () => (await ada.tile('Bob')).trust === 'verified');
    await ada.press('Escape');
  });

  test('the verified person is recognised when they come again, without a question', async () => {
    await bob.click('leave');
    await until('Bob is gone', async () => !(await ada.tile('Bob')));
    await bob.click('rejoin');
    await bob.page.waitForSelector('[data-testid="join"]');
    await bob.click('join');
    await ada.admit('Bob');
    await sees(ada, 'Bob');
    assert.equal((await ada.tile('Bob')).trust, 'verified');
    assert.equal(await hasDialog(ada), false);
    const sent = await outgoing(ada);
    assert.ok(sent.audio > 10 && sent.video > 10, JSON.stringify(sent));
  });

  test('a code that has just appeared can’t be confirmed by a click that was meant for another', async () => {
    await bob.click('leave');
    await until('Bob is gone', async () => !(await ada.tile('Bob')));
    await ada.click('e2ee-badge');
    await ada.page.evaluate(() => {
      globalThis.firstSeen = null;
      new MutationObserver(() => {
        if (globalThis.firstSeen || !document.querySelector('[data-testid="code-dialog"] .code-big li')) return;
        globalThis.firstSeen = { disabled: document.querySelector('[data-testid="confirm-code"]').disabled };
      }).observe(document.body, { childList: true, subtree: true, attributes: true });
    });
    await bob.click('rejoin');
    await bob.page.waitForSelector('[data-testid="join"]');
    await bob.click('join');
    await ada.admit('Bob');
    const { disabled } = await until('the code is there', () => ada.page.evaluate(() => globalThis.firstSeen));
    assert.equal(disabled, true);
    await ada.page.waitForSelector('[data-testid="confirm-code"]:not([disabled])');
    await ada.click('confirm-code');
    await ada.page.waitForSelector('[data-testid="code-dialog"] .code-confirmed');
    await ada.press('Escape');
    await bob.click('leave');
    await until('Bob is gone', async () => !(await ada.tile('Bob')));
  });

  test('another with that name is a hard stop that neither Escape nor a click beside it puts away', async () => {
    await other.enter(link);
    await ada.admit('Bob');
    await other.inCall();
    await until('Ada is asked', () => hasDialog(ada));
    assert.match(await ada.text('identity-dialog'), /This is not the Bob you verified/);
    await ada.press('Escape', 'Escape');
    await ada.page.mouse.click(5, 5);
    // Browsers close a dialog at the second Escape whatever the page says; it is there again before anything can be done.
    await until('Ada is asked still', () => hasDialog(ada), 1_000);
    assert.match(await ada.text('identity-dialog'), /This is not the Bob you verified/);
  });

  test('nothing of oneself goes out meanwhile', async () => {
    await until('the other is told that nothing is on', async () => {
      const tile = await other.tile('Ada');
      return tile?.muted && tile.state === 'off';
    });
    assert.deepEqual(await outgoing(ada), { audio: 0, video: 0 });
    assert.equal((await other.tile('Ada')).video, false);
  });

  test('nothing of the other is shown or heard meanwhile: no picture, no words, no reaction', async () => {
    await other.write('It is me, Bob');
    await other.click('react-toggle');
    await other.page.waitForSelector('[data-testid="reaction-choice"]');
    await other.click('reaction-choice');
    await until('the other has said it', async () => (await other.messages()).length === 1);
    await pause(quietTime);
    const tile = await ada.tile('Bob');
    assert.deepEqual(
      [tile.trust, tile.reason, tile.video, tile.reactions],
      ['changed', 'identityChanged', false, []],
    );
    assert.match(tile.message, /may not be the Bob you verified/);
    assert.equal(await ada.page.$eval('[data-testid="chat-toggle"]', (button) => button.dataset.unread), '0');
    const heard = async () => Object.values((await ada.received()).energy).reduce((sum, value) => sum + value, 0);
    const before = await heard();
    await pause(quietTime);
    assert.ok((await heard()) - before < 1e-6, 'silence');
  });

  test('one may leave instead', async () => {
    await ada.click('leave-identity');
    assert.equal((await until('Ada is out', () => ada.ended())).reason, 'left');
  });

  test('once it is accepted, all goes on in both directions', async () => {
    await ada.click('rejoin');
    await ada.page.waitForSelector('[data-testid="join"]');
    await ada.click('join');
    await other.admit('Ada'); // who is host now
    await until('Ada is asked again', () => hasDialog(ada));
    await ada.click('accept-identity');
    await until('the dialog is gone', async () => !(await hasDialog(ada)));
    await Promise.all([sees(ada, 'Bob'), sees(other, 'Ada')]);
    assert.equal((await other.tile('Ada')).muted, false);
    await other.write('Here I am');
    await ada.showPanel('chat');
    await until('Ada reads it', async () => (await ada.messages()).some(({ text }) => text === 'Here I am'));
    assert.equal((await ada.messages()).some(({ text }) => text === 'It is me, Bob'), false, 'what was said before is gone');
  });

  test('no page had an error', () => {
    for (const person of [ada, bob, other]) assert.deepEqual(person.errors, [], person.name);
  });
});
