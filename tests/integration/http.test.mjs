// The web server and the signalling socket, as met by clients that mean well and others.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import * as nodeTest from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { getGroupMessage, joinMessage, postMessage } from '../lib/flatbuffer.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, root, startServer, untilAllSee, untilTogether } from '../lib/vicino.mjs';
import { openWebSocket, opcode } from '../lib/websocket.mjs';

const { before, test } = nodeTest;
const ofFile = owner(nodeTest);
const offer = readFileSync(join(root, 'tests/data/sdp/chromium-app.sdp'), 'utf8');
let server;

before(async () => {
  server = await startServer(ofFile);
});

// Bytes on a fresh connection; all that comes back until the server closes it.
function exchange(own, bytes) {
  return new Promise((done) => {
    const socket = net.connect(server.port, '127.0.0.1');
    own.defer(() => socket.destroy());
    const parts = [];
    socket.on('data', (data) => parts.push(data));
    socket.on('error', () => {}); // it may close while this side still writes
    socket.on('close', () => done(Buffer.concat(parts).toString('latin1')));
    socket.write(bytes);
  });
}

test('/healthz answers for the media ports', async () => {
  const response = await fetch(`${server.url}/healthz`);
  assert.equal(response.status, 200);
  assert.equal(await response.text(), 'Every media port answers.\n');
});

test('/metrics is Prometheus text that counts', async () => {
  const response = await fetch(`${server.url}/metrics`);
  assert.match(response.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const counters = ['vicino_joins_total', 'vicino_rtp_forwarded_total', 'vicino_refused_unauthenticated_total'];
  for (const name of counters) {
    assert.match(text, new RegExp(`^# HELP ${name} .+\\n# TYPE ${name} counter\\n${name}[ {]`, 'm'));
  }
  assert.match(text, /^# TYPE vicino_participants gauge$/m);
  const { vicino_http_requests_total: first } = await server.metrics();
  const { vicino_http_requests_total: second } = await server.metrics();
  assert.equal(second, first + 1);
});

test('every answer carries the security headers', async () => {
  for (const path of ['/healthz', '/metrics', '/nothing-here', '/whip/a/b']) {
    const { headers } = await fetch(server.url + path);
    const policy = Object.fromEntries(
      headers.get('content-security-policy').split(';').map((directive) => {
        const [name, ...values] = directive.trim().split(' ');
        return [name, values];
      }),
    );
    assert.deepEqual(policy['default-src'], ["'none'"]);
    assert.deepEqual(policy['script-src'], ["'self'", "'wasm-unsafe-eval'"]);
    assert.deepEqual(policy['require-trusted-types-for'], ["'script'"]);
    assert.deepEqual(policy['frame-ancestors'], ["'none'"]);
    for (const values of Object.values(policy)) {
      assert.ok(!values.includes("'unsafe-inline'") && !values.includes("'unsafe-eval'"));
    }
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  }
});

test('an unknown address is 404, a wrong method 405, /ws without an upgrade 426', async () => {
  const status = async (path, method) => (await fetch(server.url + path, { method })).status;
  assert.equal(await status('/nothing-here', 'GET'), 404);
  assert.equal(await status('/../../etc/passwd', 'GET'), 404);
  assert.equal(await status('/healthz', 'POST'), 405);
  assert.equal(await status('/metrics', 'DELETE'), 405);
  assert.equal(await status('/api/open-rooms', 'GET'), 405);
  assert.equal(await status('/nothing-here', 'PUT'), 405);
  assert.equal(await status('/ws', 'GET'), 426);
});

test('a header or body over its limit, and what is no HTTP, are refused', async (t) => {
  const own = owner(t);
  const longHeader = `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
  assert.match(await exchange(own, longHeader), /^HTTP\/1\.1 431 /);
  const longBody = 'POST /api/open-rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n';
  assert.match(await exchange(own, longBody), /^HTTP\/1\.1 413 /);
  assert.match(await exchange(own, randomBytes(512)), /^(HTTP\/1\.1 400 |$)/);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

test('a WebSocket of a foreign page is refused', async (t) => {
  const own = owner(t);
  const before = await server.metrics();
  for (const Origin of ['https://elsewhere.example', 'null', `${server.url}.elsewhere.example`]) {
    assert.equal((await openWebSocket(own, server.url, { Origin })).status, 403);
  }
  const { vicino_refused_origins_total: after } = await server.metrics();
  assert.equal(after, before.vicino_refused_origins_total + 3);
  assert.equal((await openWebSocket(own, server.url, { Origin: server.url })).status, undefined);
});

test('nonsense on the socket ends only the connection it came on', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, clips));
  await untilAllSee(call);
  const before = await server.metrics();

  const room = randomBytes(16);
  const token = randomBytes(32);
  const bad = {
    'random bytes': randomBytes(400),
    'no bytes': Buffer.alloc(0),
    'an offset out of bounds': Buffer.from('ffffff7f00000000', 'hex'),
    'a room id too short': joinMessage({ room: randomBytes(15), token, offer }),
    'a name too long': joinMessage({ room, token, offer, waitingName: Buffer.alloc(513) }),
    'a sender of none': joinMessage({ room, token, offer, sender: 0n }),
    'a proof too short': joinMessage({ room, token, offer, proof: randomBytes(63) }),
    'a post before joining': postMessage(Buffer.from('message')),
    'asking for the group of no room': getGroupMessage(),
  };
  for (const [what, message] of Object.entries(bad)) {
    const socket = await openWebSocket(own, server.url);
    socket.send(message);
    await socket.untilClosed();
    assert.deepEqual(socket.messages, [{ kind: 'hello' }, { kind: 'refused', reason: 'bad_message' }], what);
  }
  const other = { wrong_version: { version: 99, offer }, not_a_member: { offer, proof: randomBytes(64) } };
  for (const [reason, fields] of Object.entries(other)) {
    const socket = await openWebSocket(own, server.url);
    socket.send(joinMessage({ room, token, ...fields }));
    assert.equal((await socket.untilMessage('refused')).reason, reason);
    await socket.untilClosed();
  }

  const text = await openWebSocket(own, server.url);
  text.send(Buffer.from('hello'), { kind: opcode.text });
  await text.untilClosed();
  const huge = await openWebSocket(own, server.url);
  huge.send(Buffer.alloc(1000), { announced: 1_000_000_000 });
  await huge.untilClosed();

  const after = await server.metrics();
  assert.equal(after.vicino_bad_messages_total - before.vicino_bad_messages_total, Object.keys(bad).length);
  assert.equal(after.vicino_refused_joins_total - before.vicino_refused_joins_total, Object.keys(other).length);
  assert.equal(after.vicino_participants, 2);
  await untilAllSee(call);
  for (const participant of call) assert.equal(participant.latest.reconnects, 0);
});

test('who sends too many messages is cut off, and comes back', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const [quiet, loud] = ['Ada', 'Bo'].map((name) => joinCall(own, link, name));
  await untilTogether([quiet, loud]);
  // What people say, the client itself holds back; what they switch, it doesn't.
  for (let i = 0; i < 300; ++i) loud.command(`hand ${i % 2 ? 'off' : 'on'}`);
  await until(() => loud.latest.reconnects > 0, 'it is cut off');
  await until(() => loud.latest.inCall && quiet.latest.others === 1, 'it is back');
  assert.equal(quiet.latest.reconnects, 0);
});

test('who never reads is cut off, and the others go on', async (t) => {
  const own = owner(t);
  const limits = { '--limits-messages-per-second': 10_000, '--limits-send-queue-bytes': 65_536 };
  const eager = await startServer(own, limits);
  const link = await eager.newRoom(own);
  const [slow, quick, talker] = ['Ada', 'Bo', 'Cy'].map((name) => joinCall(own, link, name));
  await untilTogether([slow, quick, talker]);
  slow.signal('SIGSTOP');
  await until(
    async () => {
      for (let i = 0; i < 300; ++i) talker.command(`hand ${i % 2 ? 'off' : 'on'}`);
      return (await eager.metrics()).vicino_slow_readers_total >= 1;
    },
    'the slow reader is cut off',
  );
  assert.equal(quick.latest.reconnects, 0);
  assert.equal(talker.latest.reconnects, 0);
  slow.signal('SIGCONT');
  await until(() => slow.latest.reconnects === 1 && slow.latest.inCall, 'it comes back');
});

test('more connections from one address than allowed are closed', async (t) => {
  const own = owner(t);
  const narrow = await startServer(own, { '--limits-connections-per-address': 4 });
  const open = [];
  for (let i = 0; i < 3; ++i) open.push(await openWebSocket(own, narrow.url));
  await until(async () => (await narrow.metrics()).vicino_http_connections === 4, 'three sockets and the question');
  const agent = new http.Agent({ keepAlive: false });
  own.defer(() => agent.destroy());
  const ask = () =>
    new Promise((done) => {
      const request = http.get(`${narrow.url}/healthz`, { agent }, (response) => {
        response.resume().on('end', () => done(response.statusCode));
      });
      request.on('error', (error) => done(error.code));
    });
  open.push(await openWebSocket(own, narrow.url).catch(() => null));
  await until(async () => (await ask()) === 'ECONNRESET', 'one too many is closed');
  for (const socket of open) socket?.socket.destroy();
  await until(async () => (await ask()) === 200, 'there is room again');
});
