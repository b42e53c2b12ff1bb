// Real browsers with made-up cameras. Each Chromium plays its own clip, so that a picture tells whose it is.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import puppeteer from 'puppeteer-core';

import { run } from './server.mjs';

/**
 * A clip of one colour with a block that moves, in Chromium's format for made-up cameras. A smaller `width` (of a picture
 * of 16:9) and a lower `rate` leave a slow machine time for what the test is about; `noise` gives an encoder as much to do
 * as it may have.
 */
export async function makeClip(folder, name, colour, { width = 640, rate = 15, noise = false } = {}) {
  const file = join(folder, `${name}.y4m`);
  const height = (width * 9) / 16;
  const block = width / 8;
  const moving = `[0][1]overlay=x='mod(t*${width / 4}\\,${width - block})':y=${Math.round((height - block) / 2)}`;
  await run(
    'ffmpeg', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', `color=${colour}:s=${width}x${height}:r=${rate}:d=4`,
    '-f', 'lavfi', '-i', `color=white:s=${block}x${block}:r=${rate}:d=4`,
    '-filter_complex', noise ? `${moving},noise=alls=12:allf=t` : moving, '-pix_fmt', 'yuv420p', file,
  );
  return file;
}

/** A sound that a speech encoder takes for a voice: a buzz of changing pitch in syllables. For a made-up microphone. */
export async function makeVoice(folder) {
  const file = join(folder, 'voice.wav');
  const buzz = `0.4*(mod(t*(110+25*sin(2.1*t))\\,1)-0.5)*max(0.05\\,sin(9*t))`;
  await run('ffmpeg', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', `aevalsrc=${buzz}:s=48000:d=20`, '-af', 'lowpass=f=3000', file);
  return file;
}

// A page keeps its peer connections where a test can ask them for statistics; it doesn't know.
function rememberPeerConnections() {
  const original = globalThis.RTCPeerConnection;
  globalThis.peerConnections = [];
  globalThis.RTCPeerConnection = class extends original {
    constructor(...args) {
      super(...args);
      globalThis.peerConnections.push(this);
    }
  };
}

export class Browsers {
  #open = [];
  folder = mkdtempSync(join(tmpdir(), 'vicino-browsers-'));

  /**
   * A window of its own. `clip` is what its camera shows; `devices` describes made-up ones in Chromium's words
   * ("device-count=2"), false: there are only the machine's own. `asks`: its user is asked before a device is used.
   */
  async chromium({ clip, devices = '', asks = false, flags = [], width = 1280, height = 800, dark = false, language = 'en' } = {}) {
    const browser = await puppeteer.launch({
      executablePath: process.env.VICINO_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', `--lang=${language}`,
        ...(devices === false ? [] : [`--use-fake-device-for-media-stream${devices && `=${devices}`}`]),
        ...(asks ? [] : ['--use-fake-ui-for-media-stream']),
        '--autoplay-policy=no-user-gesture-required', '--auto-accept-this-tab-capture', '--auto-select-desktop-capture-source=Entire',
        ...(clip ? [`--use-file-for-fake-video-capture=${clip}`] : []), ...flags,
      ],
      defaultViewport: { width, height },
    });
    this.#open.push(browser);
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
    await page.evaluateOnNewDocument(rememberPeerConnections);
    return page;
  }

  /** Its camera shows Firefox's own colours; `clip`: in the size and at the rate of such a clip. */
  async firefox(clip) {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.VICINO_FIREFOX ?? '/usr/bin/firefox-esr',
      extraPrefsFirefox: {
        'media.navigator.streams.fake': true,
        ...(clip && {
          'media.navigator.video.default_width': clip.width,
          'media.navigator.video.default_height': (clip.width * 9) / 16,
          'media.navigator.video.default_fps': clip.rate,
        }),
        'media.navigator.permission.disabled': true,
        'media.autoplay.default': 0,
        'media.peerconnection.ice.loopback': true,
        'media.peerconnection.ice.obfuscate_host_addresses': false,
      },
      defaultViewport: { width: 1280, height: 800 },
    });
    this.#open.push(browser);
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(rememberPeerConnections);
    return page;
  }

  async close() {
    await Promise.all(this.#open.map((browser) => browser.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
