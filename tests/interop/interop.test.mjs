// WHIP (RFC 9725) and WHEP with clients written elsewhere: aiortc and GStreamer's webrtcbin.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as nodeTest from 'node:test';
import { fileURLToPath } from 'node:url';
import { Child } from '../lib/child.mjs';
import { owner } from '../lib/owner.mjs';
import { final, until } from '../lib/until.mjs';
import { root, startServer } from '../lib/vicino.mjs';

const { before, test } = nodeTest;
const ofFile = owner(nodeTest);
const here = dirname(fileURLToPath(import.meta.url));
const sendOffer = readFileSync(join(root, 'tests/data/sdp/aiortc-send.sdp'), 'utf8');
const receiveOffer = readFileSync(join(root, 'tests/data/sdp/aiortc-receive.sdp'), 'utf8');

// The Python that has these modules, or null.
function pythonWith(program) {
  const candidates = [process.env.VICINO_PYTHON, 'python3', '/usr/bin/python3'].filter(Boolean);
  for (const python of candidates) {
    try {
      execFileSync(python, ['-c', program], { stdio: 'ignore' });
      return python;
    } catch {
      // The next one may have them.
    }
  }
  return null;
}

const clients = {
  aiortc: { script: 'aiortc_peer.py', python: pythonWith('import aiohttp, aiortc, numpy') },
  gstreamer: {
    script: 'gstreamer_peer.py',
    python: pythonWith(
      'import gi; gi.require_version("GstWebRTC", "1.0"); from gi.repository import Gst; Gst.init(None); ' +
        'assert all(map(Gst.ElementFactory.find, ["webrtcbin", "nicesink", "vp8enc", "opusenc", "rtpvp8pay"]))',
    ),
  },
};
const missing = Object.keys(clients).filter((name) => !clients[name].python);
if (missing.length > 0) console.log(`not installed, so not tested: ${missing.join(', ')}`);

class Peer extends Child {
  tracks = []; // decoded so far: { kind, frames, moving, loud }

  constructor(own, client, role, url, token = []) {
    const { python, script } = clients[client];
    super(own, python, [join(here, script), role, url, ...token]);
    this.title = `${client} ${role}`;
  }

  onLine = (line) => {
    const event = JSON.parse(line);
    Object.assign(this, event);
    if (event.refused) this.problem = `refused with ${event.refused}: ${event.text}`;
  };

  assertWell() {
    if (this.problem) throw final(`${this.title}: ${this.problem}`);
    this.assertRunning();
  }

  untilConnected() {
    return until(() => {
      this.assertWell();
      if (this.state === 'connected') return true;
      throw new Error(`${this.state}, after ${this.lines.length} reports`);
    }, `${this.title} is connected`, 40_000);
  }

  // Waits until as many tracks of a kind show what their sender shows, with `frames` more frames each.
  untilDecodes({ video = 1, audio = 1, frames = 20 } = {}) {
    const before = this.tracks.map((track) => ({ ...track }));
    return until(
      () => {
        this.assertWell();
        const lively = (kind, count) =>
          this.tracks.filter((t, i) => t.kind === kind && t[count] >= (before[i]?.[count] ?? 0) + frames).length;
        if (lively('video', 'moving') >= video && lively('audio', 'loud') >= audio) return true;
        throw new Error(JSON.stringify(this.tracks));
      },
      `${this.title} decodes ${video} moving video(s) and ${audio} audio`,
      40_000,
    );
  }

  // Ends it in order; resolves to the status of its DELETE.
  async leave() {
    this.process.stdin.end();
    assert.equal((await this.exit()).code, 0, this.errors.slice(-10).join('\n'));
    return this.deleted;
  }
}

let server;

before(async () => {
  // GStreamer's ICE leaves loopback out: the server announces this machine's own address too.
  const reachable = { '--media-address': null, '--media-announce': null };
  server = await startServer(ofFile, { ...reachable, '--open-room': 'lobby' });
});

const whip = (room, peer) => `${server.url}/whip/${room}/${peer}`;
const whep = (room, peer) => `${server.url}/whep/${room}/${peer}`;

async function post(url, body, headers = {}) {
  const response = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/sdp', ...headers } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

async function createRoom(body) {
  const response = await fetch(`${server.url}/api/open-rooms`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

for (const [publisher, viewer] of [['aiortc', 'aiortc'], ['gstreamer', 'gstreamer'], ['gstreamer', 'aiortc'], ['aiortc', 'gstreamer']]) {
  test(`${viewer} decodes what ${publisher} publishes`, async (t) => {
    const lacking = missing.find((name) => name === publisher || name === viewer);
    if (lacking) return t.skip(`${lacking} is not installed`);
    const own = owner(t);
    const room = `from-${publisher}-to-${viewer}`;
    assert.equal((await createRoom({ name: room })).status, 201);
    const sender = new Peer(own, publisher, 'publish', whip(room, 'camera'));
    const receiver = new Peer(own, viewer, 'view', whep(room, 'screen'));
    await sender.untilConnected();
    await receiver.untilDecodes();
    assert.equal(await receiver.leave(), 200);
    assert.equal(await sender.leave(), 200);
    await until(async () => (await server.metrics()).vicino_participants === 0, 'nobody is left');
  });
}

test('a viewer sees a publisher that comes late, and never the one of its own name', async (t) => {
  if (!clients.aiortc.python) return t.skip('aiortc is not installed');
  const own = owner(t);
  const viewer = new Peer(own, 'aiortc', 'view', whep('lobby', 'Ada'));
  const first = new Peer(own, 'aiortc', 'publish', whip('lobby', 'Bo'));
  await viewer.untilDecodes({ video: 1, audio: 1 });

  const itself = new Peer(own, 'aiortc', 'publish', whip('lobby', 'Ada'));
  await itself.untilConnected();
  const other = new Peer(own, 'aiortc', 'view', whep('lobby', 'Di'));
  await other.untilDecodes({ video: 2, audio: 2 });
  const lively = (peer) => peer.tracks.filter((track) => track.moving > 0).length;
  assert.equal(lively(other), 2);
  assert.equal(lively(viewer), 1);

  const late = new Peer(own, 'aiortc', 'publish', whip('lobby', 'Cy'));
  await viewer.untilDecodes({ video: 2, audio: 2 });
  assert.equal(await first.leave(), 200);
  await late.untilConnected();
});

test('a room with a token lets in who has it', async () => {
  assert.equal((await createRoom({ name: 'guarded', token: 'a secret' })).status, 201);
  const bearer = (token) => ({ Authorization: `Bearer ${token}` });
  for (const headers of [{}, bearer('another'), { Authorization: 'Basic YTpi' }]) {
    const { status, headers: answered } = await post(whip('guarded', 'Ada'), sendOffer, headers);
    assert.equal(status, 401);
    assert.equal(answered.get('www-authenticate'), 'Bearer');
    assert.equal((await post(whep('guarded', 'Ada'), receiveOffer, headers)).status, 401);
  }
  const created = await post(whip('guarded', 'Ada'), sendOffer, bearer('a secret'));
  assert.equal(created.status, 201);
  assert.match(created.headers.get('content-type'), /^application\/sdp/);
  assert.match(created.text, /^v=0\r\n/);

  const resource = new URL(created.headers.get('location'), server.url);
  const remove = async (headers) => (await fetch(resource, { method: 'DELETE', headers })).status;
  assert.equal(await remove({}), 401);
  assert.equal(await remove(bearer('a secret')), 200);
  assert.equal(await remove(bearer('a secret')), 404);
});

test('what can not be answered gets a status and a sentence', async () => {
  const encrypted = 'AAAAAAAAAAAAAAAAAAAAAA';
  const refusals = [
    [await post(whip(encrypted, 'Ada'), sendOffer), 403, /end-to-end encrypted/],
    [await post(whep(encrypted, 'Ada'), receiveOffer), 403, /end-to-end encrypted/],
    [await post(whip('nowhere', 'Ada'), sendOffer), 404, /no open room/],
    [await post(whip('lobby', 'Ada'), 'v=0\r\nnothing'), 400, /^The SDP offer can't be answered: .+\.$/m],
    [await post(whip('lobby', 'Ada'), receiveOffer), 400, /^The SDP offer can't be answered: .+\.$/m],
    [await post(whep('lobby', 'Ada'), sendOffer), 400, /^The SDP offer can't be answered: .+\.$/m],
    [await post(whip('lobby', 'Ada'), sendOffer, { 'Content-Type': 'text/plain' }), 415, /application\/sdp/],
    [await post(whip('lobby', 'A%20b'), sendOffer), 400, /peer name/],
  ];
  for (const [{ status, text }, expected, sentence] of refusals) {
    assert.equal(status, expected, text);
    assert.match(text, sentence);
  }
  assert.equal((await fetch(whip('lobby', 'Ada'))).status, 405);
});

test('open rooms are made once, under plain names', async () => {
  assert.equal((await createRoom({ name: 'twice' })).status, 201);
  for (const body of [{ name: 'twice' }, { name: 'a/b' }, {}, { name: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'no object']) {
    const { status, text } = await createRoom(body);
    assert.equal(status, 400);
    assert.match(text, /^The room was not created: .+\.$/m);
  }
});

test('with an admin token, only who has it makes rooms', async (t) => {
  const strict = await startServer(owner(t), { '--admin-token': 'keys' });
  const make = (headers) =>
    fetch(`${strict.url}/api/open-rooms`, { method: 'POST', headers, body: '{"name":"new"}' }).then((r) => r.status);
  assert.equal(await make({}), 401);
  assert.equal(await make({ Authorization: 'Bearer wrong' }), 401);
  assert.equal(await make({ Authorization: 'Bearer keys' }), 201);
});
