// What one does in a call, with keys, menus and a screen reader, and that it reaches the other.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import qrcode from 'qrcode-generator';

import { controls, spoken } from './lib/accessibility.mjs';
import { Browsers } from './lib/browsers.mjs';
import { CallPage } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
import { until } from './lib/until.mjs';

async function assertNamed(page, within) {
  const found = await controls(page, within);
  assert.notEqual(found.length, 0);
  assert.deepEqual(found.filter(({ role, name }) => role === '' || name.trim() === ''), []);
  return found;
}

const toggles = ['mic-toggle', 'camera-toggle', 'share-toggle'];

describe('the controls of a call', { timeout: 300_000 }, () => {
  const browsers = new Browsers();
  let server;
  let link;
  let ada;
  let bob;

  // What Ada knows of Bob, once it is so.
  const adaSees = (what, condition) => until(`Ada sees that ${what}`, async () => condition(await ada.tile('Bob')));
  const has = (page, selector) => page.$(selector).then((element) => element !== null);

  before(async () => {
    server = await Server.start();
    link = await newRoom(server);
    ada = new CallPage(await browsers.chromium({ devices: 'device-count=3,fps=15' }), 'Ada');
    bob = new CallPage(await browsers.chromium({ devices: 'fps=15' }), 'Bob');
  });
  after(async () => {
    await browsers.close();
    await server?.stop();
  });

  test('a screen reader has a name for every control of the lobby', async () => {
    await ada.open(link);
    await ada.page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
    const named = await assertNamed(ada.page);
    for (const role of ['textbox', 'button', 'combobox', 'switch', 'radio', 'link']) {
      assert.ok(named.some((control) => control.role === role), `there is a ${role}`);
    }
    await ada.submit();
    await ada.page.waitForSelector('[data-testid="call"]');
  });

  test('keys typed in a field are text, elsewhere they are commands', async () => {
    await until('Ada is alone', () => has(ada.page, '.alone'));
    const before = await Promise.all(toggles.map((id) => ada.isOn(id)));
    await ada.page.focus('[data-testid="room-link"]');
    await ada.press('m', 'c', 's', 'h', 'e', 't', 'p', 'i', 'l', '?', ' ');
    assert.deepEqual(await Promise.all(toggles.map((id) => ada.isOn(id))), before);
    assert.equal(await has(ada.page, 'dialog, .panel, .reaction-row, [data-testid="ended"]'), false);
    await ada.page.evaluate(() => document.activeElement.blur());
    await ada.press('m');
    assert.equal(await ada.isOn('mic-toggle'), false);
    await ada.press('m');
    assert.equal(await ada.isOn('mic-toggle'), true);
  });

  test('who joins is announced, and their tile is named after them', async () => {
    await bob.join(link, ada);
    await until('it is said that Bob joined', async () => (await ada.text('notices')).includes('Bob joined'));
    const all = await spoken(ada.page);
    const region = all.find((node) => node.role === 'log');
    assert.equal(region?.live, 'polite');
    assert.ok(all.some(({ name }) => name === 'Bob joined'), 'a screen reader is told');
    await until('Bob’s tile has his name', async () =>
      (await spoken(ada.page)).some(({ role, name }) => role === 'article' && /^Bob(, speaking)?$/.test(name)));
  });

  test('the keys for microphone, camera and screen work, and the other person sees it', async () => {
    await adaSees('Bob has a camera', (tile) => tile?.state === 'flowing' && !tile.muted);
    await bob.press('m');
    await adaSees('Bob is muted', (tile) => tile?.muted);
    assert.equal((await ada.tile('Bob')).mutedWord, 'muted', 'in words, not by a sign alone');
    assert.ok((await spoken(ada.page)).some(({ role, name }) => role === 'article' && name === 'Bob, muted'), 'and told so');
    await bob.page.keyboard.down(' ');
    await adaSees('Bob speaks while the bar is held', (tile) => tile && !tile.muted);
    await bob.page.keyboard.up(' ');
    await adaSees('Bob is muted again', (tile) => tile?.muted);
    await bob.press('m', 'c');
    await adaSees('Bob has turned his camera off', (tile) => tile && !tile.muted && tile.state === 'off');
    await bob.press('c', 's');
    await adaSees('Bob’s camera is back', (tile) => tile?.state === 'flowing');
    await until('Ada sees Bob’s screen', async () => (await ada.tile('Bob', 'screen'))?.state === 'flowing');
    await bob.press('s');
    await until('Bob’s screen goes', async () => !(await ada.tile('Bob', 'screen')));
  });

  test('the key for the hand works, and the other person sees it', async () => {
    await bob.press('h');
    await adaSees('Bob’s hand is up', (tile) => tile?.hand === '1');
    await until('a screen reader is told', async () =>
      (await spoken(ada.page)).some(({ role, name }) => role === 'article' && /^Bob, .*hand raised, number 1/.test(`${name}`)));
    await bob.press('h');
    await adaSees('Bob’s hand is down', (tile) => tile?.hand === '');
  });

  test('what a button does is in its name', async () => {
    const name = async (id) => (await controls(bob.page, '.controls')).find(({ html }) => html.includes(id)).name;
    assert.deepEqual([await name('mic-toggle'), await name('camera-toggle')], ['Mute', 'Turn camera off']);
    await bob.press('m', 'c');
    assert.deepEqual([await name('mic-toggle'), await name('camera-toggle')], ['Unmute', 'Turn camera on']);
    await bob.press('m', 'c');
    await adaSees('all of Bob is back', (tile) => tile?.state === 'flowing' && !tile.muted);
  });

  test('the list names who is there, and every control beside it has a name', async () => {
    await ada.press('p');
    const people = await ada.text('participants-list');
    assert.match(people, /Ada/);
    assert.match(people, /Bob/);
    const named = await assertNamed(ada.page);
    assert.ok(named.some(({ role, name }) => role === 'slider' && name === 'Volume of Bob'));
    assert.equal(named.find(({ html }) => html.includes('data-testid="participants"')).expanded, true);
    // A slider takes no letters: the keys go on working there.
    await ada.page.focus('.volume input');
    await ada.press('m', 'm', 'p');
    assert.equal(await has(ada.page, '[data-testid="participants-list"]'), false);
  });

  test('the link can be copied and scanned', async () => {
    await ada.page.browserContext().overridePermissions(server.url, ['camera', 'microphone', 'clipboard-read', 'clipboard-sanitized-write']);
    await ada.press('i');
    await assertNamed(ada.page, 'dialog');
    const code = qrcode(0, 'M');
    code.addData(link);
    code.make();
    const shown = await ada.page.$eval('dialog .qr', (svg) => ({
      size: svg.viewBox.baseVal.width - 6,
      dark: svg.querySelector('.qr-dark').getAttribute('d').match(/M\d+ \d+/g).map((module) => module.slice(1).split(' ').map(Number)),
    }));
    assert.equal(shown.size, code.getModuleCount());
    assert.ok(shown.dark.every(([column, row]) => code.isDark(row, column)));
    const all = Array.from({ length: shown.size ** 2 }, (_, i) => code.isDark(Math.floor(i / shown.size), i % shown.size));
    assert.equal(shown.dark.length, all.filter(Boolean).length);
    await ada.page.bringToFront();
    await ada.click('copy-link');
    await until('the link is on the clipboard', async () => (await ada.page.evaluate(() => navigator.clipboard.readText())) === link);
    await ada.press('Escape');
    await until('the dialogue is closed', async () => !(await has(ada.page, 'dialog')));
  });

  test('camera and microphone can be changed in the middle of a call', async () => {
    await ada.page.evaluate(() => (globalThis.notReloaded = true));
    const before = await ada.sent();
    await ada.click('settings');
    await assertNamed(ada.page, 'dialog');
    for (const [kind, media] of [['camera', 'video'], ['microphone', 'audio']]) {
      const offered = await ada.devices(kind);
      const other = offered.at(-1);
      assert.notEqual(other.id, before.tracks[media].device, `another ${kind} is in ${JSON.stringify(offered)}`);
      await ada.choose(kind, other.id);
      await until(`the ${kind} is the chosen one`, async () => {
        const { tracks } = await ada.sent();
        return tracks[media]?.device === other.id && tracks[media].state === 'live';
      });
    }
    await ada.press('Escape');
    assert.deepEqual((await ada.sent()).negotiation, before.negotiation);
    assert.equal(await ada.page.evaluate(() => globalThis.notReloaded), true);
    const then = await bob.received();
    await until('Bob goes on seeing and hearing Ada', async () => {
      const now = await bob.received();
      const grown = (kind, least) => Object.keys(now[kind]).some((mid) => now[kind][mid] - (then[kind][mid] ?? 0) > least);
      return grown('frames', 10) && grown('energy', 0.0001);
    });
    await until('Bob sees a picture that moves', async () => (await bob.picture('Ada'))?.change > 0.2);
  });

  test('leaving by key shows at the other and is announced', async () => {
    await bob.press('l');
    assert.equal((await until('Bob has left', () => bob.ended())).reason, 'left');
    await assertNamed(bob.page);
    await until('it is said that Bob left', async () => (await ada.text('notices')).includes('Bob left'));
    await until('his tile goes', async () => !(await ada.tile('Bob')));
  });

  test('no page had an error', () => {
    for (const person of [ada, bob]) assert.deepEqual(person.errors, [], person.name);
  });
});
