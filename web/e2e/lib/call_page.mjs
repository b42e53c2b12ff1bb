// What a user does and sees in one browser window, and what its peer connection counts.

import { until } from './until.mjs';

// While a test keeps the server down, browsers complain about that, each in its own words.
const aboutTheServer = /WebSocket|ERR_CONNECTION|Failed to load|connection to (the server|wss?:)/;

const byId = (id) => `[data-testid="${id}"]`;

export class CallPage {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.errors = [];
    const keep = (text) => {
      if (!aboutTheServer.test(text)) this.errors.push(text);
    };
    page.on('pageerror', (error) => keep(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') keep(message.text());
    });
  }

  async open(link) {
    // A link that differs from where the page is only after # would load nothing.
    await this.page.goto('about:blank');
    await this.page.goto(link);
    await this.page.waitForSelector(byId('name-input'));
  }

  /** Up to the press of the button; what comes of it is the caller's to see. */
  async enter(link) {
    await this.open(link);
    await this.submit();
  }

  /** From the lobby on. */
  async submit() {
    await this.page.$eval(byId('name-input'), (input) => input.select());
    await this.page.type(byId('name-input'), this.name);
    await until(`${this.name} may join`, () => this.page.$(`${byId('join')}:not([disabled])`));
    await this.click('join');
  }

  /** Up to the call. `host`: the page of whoever lets this one in; nobody for the first, and where there is no lobby. */
  async join(link, host = null) {
    await this.enter(link);
    await host?.admit(this.name);
    await this.inCall();
  }

  inCall(timeout = 60_000) {
    const reached = () => this.page.$('[data-testid="banner"][data-phase="inCall"]');
    return until(`${this.name} is in the call`, reached, timeout);
  }

  /** Whether it stands at the door. */
  async waits() {
    return (await this.page.$(byId('waiting'))) !== null;
  }

  /** As a host: lets in who waits under this name. */
  admit(name) {
    return this.#answer(name, 'admit');
  }
  deny(name) {
    return this.#answer(name, 'deny');
  }
  #answer(name, answer) {
    return until(`${this.name} can ${answer} ${name}`, () =>
      this.page.evaluate(
        (wanted, button) => {
          const waiting = [...document.querySelectorAll('[data-testid="waiting-person"]')];
          const person = waiting.find((one) => one.innerText.includes(wanted));
          person?.querySelector(`[data-testid="${button}"]`).click();
          return person !== undefined;
        },
        name,
        answer,
      ), 60_000);
  }

  /** What the head says: {members, verified, guests, code, state, without}; code is '' while there is none. */
  trust() {
    return this.page.$eval(byId('e2ee-badge'), (bar) => ({
      members: Number(bar.dataset.members),
      verified: Number(bar.dataset.verified),
      guests: Number(bar.dataset.guests),
      code: bar.querySelector('[data-testid="call-code"]')?.dataset.code ?? '',
      state: bar.dataset.code,
      without: bar.querySelector('[data-testid="code-without"]')?.textContent ?? '',
    }));
  }

  /** Opens the panel ('people' or 'chat') where it isn't open yet. */
  async showPanel(panel) {
    if (!(await this.page.$(byId(panel)))) await this.click(panel === 'people' ? 'participants' : 'chat-toggle');
    await this.page.waitForSelector(byId(panel));
  }

  /** As a host: one of the actions in the list of people, confirmed where it asks. */
  async act(name, action) {
    await this.showPanel('people');
    const person = await until(`${name} is in ${this.name}'s list`, async () => {
      for (const row of await this.page.$$(byId('person'))) {
        const shown = await row.$eval('.person-name span', (element) => element.textContent);
        if (shown === name) return row;
      }
      return null;
    });
    const open = await person.$(`${byId('person-actions')}[aria-expanded="false"]`);
    await open?.evaluate((button) => button.click());
    await until(`${action} is offered`, () => person.$(byId(action)));
    await person.$eval(byId(action), (button) => button.click());
    if (action === 'remove' || action === 'make-host') await this.confirm();
  }

  async confirm() {
    await this.page.waitForSelector(byId('confirm-yes'));
    await this.click('confirm-yes');
  }

  /** As a host: 'lobby', 'locked' or 'muteOnEntry'. */
  async setRule(rule, on) {
    await this.openRules();
    await until(`${rule} is ${on}`, () =>
      this.page.$eval(byId(`rule-${rule}`), (box, wanted) => {
        if (box.checked !== wanted) box.click();
        return box.checked === wanted;
      }, on));
  }

  async openRules() {
    await this.showPanel('people');
    await this.page.$eval(byId('room-rules'), (details) => (details.open = true));
  }

  async write(text) {
    await this.showPanel('chat');
    await this.page.type(byId('chat-input'), text);
    await this.press('Enter');
  }

  /** [{text, own}] of the open chat. */
  messages() {
    return this.page.$$eval(byId('chat-message'), (all) =>
      all.map((one) => ({ text: one.querySelector('.message-text').textContent, own: one.dataset.own === 'true' })),
    );
  }

  /** Measures from now on how long the pictures of `names` stand still: the result gives the longest pause of each, in ms. */
  async watchForFreezes(names) {
    await this.page.evaluate((wanted) => {
      const watch = { longest: {}, reasons: [], over: false };
      globalThis.freezeWatch = watch;
      const last = new Map();
      // Counted as they are shown: Firefox counts no frames of live streams by itself.
      const count = (video) => {
        if (video.shownFrames !== undefined) return;
        video.shownFrames = 0;
        const shown = () => {
          ++video.shownFrames;
          video.requestVideoFrameCallback(shown);
        };
        video.requestVideoFrameCallback(shown);
      };
      const look = () => {
        if (watch.over) return;
        const now = performance.now();
        for (const tile of document.querySelectorAll('[data-testid="tile"][data-source="camera"]')) {
          const name = wanted.find((one) => tile.getAttribute('aria-label').startsWith(one));
          const video = tile.querySelector('video');
          if (!name || tile.dataset.self === 'true') continue;
          if (tile.dataset.reason !== '') watch.reasons.push(`${name}: ${tile.dataset.reason}`);
          if (!video) continue;
          count(video);
          const frames = video.shownFrames;
          const before = last.get(name);
          if (before) watch.longest[name] = Math.max(watch.longest[name] ?? 0, now - before.at);
          if (before?.video !== video || before.frames !== frames) last.set(name, { video, frames, at: now });
        }
        setTimeout(look, 20);
      };
      look();
    }, names);
    return () =>
      this.page.evaluate(() => {
        globalThis.freezeWatch.over = true;
        const { longest, reasons } = globalThis.freezeWatch;
        return { longest, reasons: [...new Set(reasons)] };
      });
  }

  /** Notes go by themselves: from now on they are kept for noticed(). */
  rememberNotices() {
    return this.page.evaluate(() => {
      globalThis.noticed = '';
      new MutationObserver(() => {
        globalThis.noticed += document.querySelector('[data-testid="notices"]')?.textContent ?? '';
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
  }

  noticed() {
    return this.page.evaluate(() => globalThis.noticed);
  }

  click(id) {
    // As the keyboard does it: a button that is scrolled or animated away from the mouse is still there.
    return this.page.$eval(byId(id), (element) => element.click());
  }

  /** As a user does it: the key goes to whatever has the focus. */
  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  isOn(toggle) {
    return this.page.$eval(byId(toggle), (element) => element.dataset.on === 'true');
  }

  text(id) {
    return this.page.$eval(byId(id), (element) => element.innerText);
  }

  /** What the menu of a kind of device ('camera', 'microphone', 'speaker') offers: [{id, label}], the default first. */
  devices(kind) {
    return this.page.$$eval(`${byId(`${kind}-choice`)} option`, (options) => options.map((o) => ({ id: o.value, label: o.text })));
  }

  choose(kind, id) {
    return this.page.select(byId(`${kind}-choice`), id);
  }

  /** Tiles as [{label, source, state, sound, reason, trust, hand, reactions, muted, mutedWord, color, video, self, message}]. */
  tiles() {
    return this.page.$$eval(byId('tile'), (tiles) =>
      tiles.map((tile) => ({
        label: tile.getAttribute('aria-label') ?? '',
        participant: tile.dataset.participant,
        source: tile.dataset.source,
        state: tile.dataset.state,
        sound: tile.dataset.sound,
        reason: tile.dataset.reason,
        trust: tile.dataset.trust,
        hand: tile.querySelector('[data-testid="tile-hand"]')?.textContent ?? '',
        reactions: [...tile.querySelectorAll('[data-testid="reaction"]')].map((one) => one.textContent),
        muted: tile.dataset.muted === 'true',
        mutedWord: tile.querySelector('[data-testid="tile-muted"]')?.innerText ?? '',
        color: tile.querySelector('.avatar')?.className.match(/hue-(\d+)/)?.[1] ?? '',
        video: tile.querySelector('video') !== null,
        self: tile.dataset.self === 'true',
        message: tile.querySelector('[data-testid="tile-message"]')?.textContent ?? '',
      })),
    );
  }

  async tile(name, source = 'camera') {
    return (await this.tiles()).find((tile) => tile.source === source && !tile.self && tile.label.startsWith(name));
  }

  async ended() {
    return this.page.$eval(byId('ended'), (element) => ({ reason: element.dataset.reason, text: element.innerText }));
  }

  /** Average colour [r, g, b] of what a tile shows, and how much it changed in 300 ms; null while it shows nothing. */
  picture(name, source = 'camera') {
    return this.page.evaluate(
      async (wanted, wantedSource, self) => {
        const tile = [...document.querySelectorAll('[data-testid="tile"]')].find(
          (t) =>
            t.dataset.source === wantedSource &&
            (self ? t.dataset.self === 'true' : t.dataset.self !== 'true' && t.getAttribute('aria-label').startsWith(wanted)),
        );
        const video = tile?.querySelector('video');
        if (!video || video.videoWidth === 0) return null;
        const canvas = new OffscreenCanvas(64, 36);
        const context = canvas.getContext('2d', { willReadFrequently: true });
        const grab = () => {
          context.drawImage(video, 0, 0, 64, 36);
          return context.getImageData(0, 0, 64, 36).data;
        };
        const first = grab();
        await new Promise((resolve) => setTimeout(resolve, 300));
        const second = grab();
        const colour = [0, 0, 0];
        let change = 0;
        for (let i = 0; i < first.length; i += 4) {
          for (let c = 0; c < 3; ++c) {
            colour[c] += second[i + c] / (first.length / 4);
            change += Math.abs(second[i + c] - first[i + c]) / (first.length / 4);
          }
        }
        return { colour: colour.map(Math.round), change, width: video.videoWidth };
      },
      name,
      source,
      name === this.name,
    );
  }

  /** What goes out by kind: {audio, video} of {device, state}; and what would change if anything were negotiated again. */
  sent() {
    return this.page.evaluate(() => {
      const connection = globalThis.peerConnections.at(-1);
      const tracks = {};
      for (const { track } of connection.getSenders()) {
        if (track) tracks[track.kind] = { device: track.getSettings().deviceId, state: track.readyState };
      }
      return { tracks, negotiation: [globalThis.peerConnections.length, connection.currentLocalDescription.sdp] };
    });
  }

  /** What has gone out so far, in packets: {audio, video}. */
  packetsSent() {
    return this.page.evaluate(async () => {
      const sent = { audio: 0, video: 0 };
      for (const report of (await globalThis.peerConnections.at(-1).getStats()).values()) {
        if (report.type === 'outbound-rtp') sent[report.kind] += report.packetsSent ?? 0;
      }
      return sent;
    });
  }

  /** In the lobby: one of the avatars' colours, from 0. */
  chooseColor(color) {
    return this.page.$$eval('.swatch input', (swatches, index) => swatches[index].click(), color);
  }

  /** Sums over the newest peer connection: {framesDecoded by mid, audioEnergy by mid}. */
  received() {
    return this.page.evaluate(async () => {
      const connection = globalThis.peerConnections.findLast((c) => c.connectionState !== 'closed');
      const result = { frames: {}, energy: {} };
      if (!connection) return result;
      // A connection that is closed meanwhile may never answer: then the next look asks the next one.
      const none = new Promise((done) => setTimeout(done, 2000, new Map()));
      for (const report of (await Promise.race([connection.getStats(), none])).values()) {
        if (report.type !== 'inbound-rtp') continue;
        if (report.kind === 'video') result.frames[report.mid] = report.framesDecoded ?? 0;
        if (report.kind === 'audio') result.energy[report.mid] = report.totalAudioEnergy ?? 0;
      }
      return result;
    });
  }
}

export const distance = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
