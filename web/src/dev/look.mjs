// Takes pictures of every screen with Chromium: node src/dev/look.mjs OUTPUT_FOLDER [REGULAR_EXPRESSION]
// Needs `npm run build:fake`. Fails when the page breaks the server's content security policy or
// throws.
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import puppeteer from 'puppeteer-core';

const [output = 'shots', only = ''] = process.argv.slice(2);
const wanted = new RegExp(only);
const files = resolve(new URL('../../dist-fake', import.meta.url).pathname);
const room = `/j/AAECAwQFBgcICQoLDA0ODw`;
const secret = '#_-7dzLuqmYh3ZlVEMyIRAA';
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const asked = join(files, pathname);
  const file = pathname !== '/' && !pathname.startsWith('/j/') && existsSync(asked) ? asked : join(files, 'fake.html');
  response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
      "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; font-src 'self'; " +
      "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types vicino",
  );
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  createReadStream(file).pipe(response);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://localhost:${server.address().port}`;

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required'],
});
const sizes = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 2 } };
const problems = [];

const click = (id) => async (page) => {
  await page.locator(`[data-testid="${id}"]`).click();
  await wait(500);
};
const press = (key) => async (page) => {
  await page.keyboard.press(key);
  await wait(600);
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const join_ = async (page) => {
  await page.locator('[data-testid="name-input"]').fill('Nora');
  await wait(800);
  await page.locator('[data-testid="join"]').click();
  await wait(4500);
};
const call = (query, ...more) => [`${room}${query}${secret}`, join_, ...more];

const shots = {
  start: ['/'],
  'start-refusal': ['/', async (page) => {
    await page.locator('[data-testid="link-input"]').fill('http://localhost/j/AAECAwQFBgcICQoLDA0ODw');
    await page.locator('[data-testid="open-link"]').click();
  }],
  incomplete: [room],
  lobby: [`${room}${secret}`, async (page) => page.locator('[data-testid="name-input"]').fill('Nora'), () => wait(1500)],
  'lobby-off': [`${room}${secret}`, () => wait(800), click('camera-toggle'), click('mic-toggle')],
  'lobby-denied': [`${room}?refusal=NotAllowedError${secret}`, () => wait(800)],
  'lobby-missing': [`${room}?refusal=NotFoundError${secret}`, () => wait(800)],
  'lobby-open': [`${room}${secret}`, async (page) => page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true))), () => wait(600)],
  'call-alone': call('?people=0'),
  'call-1': call('?people=1'),
  'call-3': call('?people=3'),
  'call-5': call('?people=5'),
  'call-8': call('?people=8', () => wait(1500)),
  'call-15': call('?people=15', () => wait(3000)),
  'call-39': call('?people=39', () => wait(6000)),
  'call-screen': call('?people=5&scene=screen'),
  'call-screen-sound': call('?people=3&scene=screenSound', () => wait(1500)),
  'call-reasons': call('?people=9&scene=reasons', () => wait(1500)),
  'call-reconnecting': call('?people=2&scene=reconnecting'),
  'call-connecting': call('?scene=connecting'),
  'call-unreachable': call('?scene=unreachable'),
  'call-refusal': call('?people=2&refusal=NotAllowedError', press('m'), press('c')),
  'call-speaker': call('?people=6', press('v')),
  'call-muted-people': call('?people=5', press('m'), press('p')),
  'call-sharing': call('?people=3', click('share-toggle'), () => wait(1500)),
  'dialog-invite': call('?people=3', click('invite')),
  waiting: [`${room}?scene=waiting${secret}`, join_],
  'lobby-one': call('?people=3&scene=lobby'),
  'lobby-many': call('?people=3&scene=lobbyMany'),
  'lobby-panel': call('?people=3&scene=lobbyMany', press('p')),
  'people-host': call('?people=5&scene=hands', press('p')),
  'people-actions': call('?people=5&scene=hands', press('p'), async (page) => (await page.$$('[data-testid="person-actions"]'))[1].click(), () => wait(400)),
  'people-remove': call('?people=3', press('p'), click('person-actions'), click('remove')),
  'people-guest': call('?people=4&scene=guest', press('p')),
  'room-rules': call('?people=3', press('p'), async (page) => page.$eval('[data-testid="room-rules"]', (d) => (d.open = true)), () => wait(400)),
  'renew-ask': call('?people=3', press('p'), async (page) => page.$eval('[data-testid="room-rules"]', (d) => (d.open = true)), click('renew-link')),
  'renew-done': call('?people=3', press('p'), async (page) => page.$eval('[data-testid="room-rules"]', (d) => (d.open = true)), click('renew-link'), click('confirm-yes')),
  'code-dialog': call('?people=3', click('e2ee-badge')),
  'code-confirmed': call('?people=3', click('e2ee-badge'), click('confirm-code')),
  'code-agreeing': call('?people=3&scene=agreeing', click('e2ee-badge')),
  'code-agreeing-head': call('?people=3&scene=agreeing'),
  'code-left-out': call('?people=3&scene=leftOut', click('e2ee-badge')),
  'code-given-up': call('?people=3&scene=givenUp', click('e2ee-badge')),
  'code-none-head': call('?people=3&scene=leftOut'),
  'code-silent-head': call('?people=4&scene=silent'),
  'code-silent-many': call('?people=6&scene=silentMany'),
  'code-silent': call('?people=4&scene=silent', click('e2ee-badge')),
  identity: call('?people=3&scene=identity'),
  hands: call('?people=4&scene=hands', press('h')),
  reactions: call('?people=4&scene=hands', press('e')),
  chat: call('?people=3&scene=chat', press('t'), async (page) => page.type('[data-testid="chat-input"]', 'On page 4, thank you.'), press('Enter'), () => wait(300)),
  'chat-empty': call('?people=3', press('t')),
  'chat-unread': call('?people=3&scene=chat'),
  unmute: call('?people=3&scene=unmute'),
  mute: call('?people=3&scene=mute'),
  'mute-on-entry': [`${room}?people=3&scene=muteOnEntry${secret}`, async (page) => page.locator('[data-testid="name-input"]').fill('Nora'), () => wait(800), click('join'), () => wait(2000)],
  more: call('?people=3', click('more-toggle')),
  'more-sharing': call('?people=3', click('share-toggle'), click('more-toggle')),
  'video-off': call('?people=3', press('r')),
  'audio-only': call('?people=3', click('more-toggle'), click('audio-only'), press('Escape')),
  'network-well': call('?people=3&scene=well', press('n'), async (page) => page.$eval('[data-testid="connection-details"]', (d) => (d.open = true)), () => wait(400)),
  'network-uplink': call('?people=3&scene=uplink', () => wait(6000)),
  'network-uplink-why': call('?people=3&scene=uplink', press('n'), () => wait(6000)),
  'network-downlink': call('?people=4&scene=downlink', () => wait(6000)),
  'network-downlink-why': call('?people=4&scene=downlink', press('n'), () => wait(6000)),
  'network-slow': call('?people=3&scene=slow', () => wait(12000), press('n')),
  'network-voice-only': call('?people=3&scene=voiceOnly', press('n'), () => wait(20_000)),
  'network-far': call('?people=3&scene=far', press('n'), () => wait(6000)),
  'network-theirs': call('?people=4&scene=theirs', () => wait(6000)),
  'network-theirs-people': call('?people=4&scene=theirs', press('p')),
  'network-theirs-why': call('?people=4&scene=theirs', press('n'), () => wait(6000)),
  'dialog-settings': call('?people=3', click('settings')),
  'dialog-help': call('?people=3', press('?')),
  'ended-left': call('?people=1', click('leave')),
  'ended-roomFull': call('?scene=roomFull'),
  'ended-wrongLink': call('?scene=wrongLink'),
  'ended-internal': call('?scene=internal'),
  'ended-badOffer': call('?scene=badOffer'),
  'ended-notAdmitted': call('?scene=notAdmitted'),
  'ended-nobodyAnswered': call('?scene=nobodyAnswered'),
  'ended-dropped': call('?scene=dropped'),
  'ended-removed': call('?scene=removed'),
  'ended-linkRevoked': call('?scene=linkRevoked'),
  'ended-roomLocked': call('?scene=roomLocked'),
  'ended-lobbyFull': call('?scene=lobbyFull'),
  'ended-tampered': call('?scene=tampered'),
};

mkdirSync(output, { recursive: true });
for (const [size, viewport] of Object.entries(sizes)) {
  for (const theme of ['light', 'dark']) {
    for (const [name, [path, ...steps]] of Object.entries(shots)) {
      const title = `${name}-${size}-${theme}`;
      if (!wanted.test(title)) continue;
      // The same screens in Italian, so that its longer words are seen as well.
      const language = process.env.LANGUAGE_TAG ?? 'en';
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(`${title}: ${error}`));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${title}: ${message.text()}`);
        if (process.env.VERBOSE) console.info(title, message.text());
      });
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      await page.evaluateOnNewDocument((tag) => Object.defineProperty(navigator, 'languages', { value: [tag] }), language);
      await page.goto(`${origin}${path}`);
      await wait(700);
      try {
        for (const step of steps) await step(page);
        await page.screenshot({ path: join(output, `${title}.png`) });
      } catch (error) {
        problems.push(`${title}: ${error}`);
      }
      await context.close();
    }
  }
}
await browser.close();
server.close();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
