// What a user does and sees in one browser window, and what its peer connection counts.

import { until } from './until.mjs';

// While a test keeps the server down, browsers complain about that, each in its own words.
const aboutTheServer = /WebSocket|ERR_CONNECTION|Failed to load|connection to the server/;

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

  async join(link) {
    await this.enter(link);
    await this.page.waitForSelector(byId('call'));
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

  /** Tiles as [{name, source, state, muted, self, message}]. */
  tiles() {
    return this.page.$$eval(byId('tile'), (tiles) =>
      tiles.map((tile) => ({
        label: tile.getAttribute('aria-label') ?? '',
        participant: tile.dataset.participant,
        source: tile.dataset.source,
        state: tile.dataset.state,
        muted: tile.dataset.muted === 'true',
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

  /** Sums over the newest peer connection: {framesDecoded by mid, audioEnergy by mid}. */
  received() {
    return this.page.evaluate(async () => {
      const connection = globalThis.peerConnections.findLast((c) => c.connectionState !== 'closed');
      const result = { frames: {}, energy: {} };
      if (!connection) return result;
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        if (report.kind === 'video') result.frames[report.mid] = report.framesDecoded ?? 0;
        if (report.kind === 'audio') result.energy[report.mid] = report.totalAudioEnergy ?? 0;
      }
      return result;
    });
  }
}

export const distance = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
