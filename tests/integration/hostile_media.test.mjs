// Strangers at the media port, and packets of the call itself sent again or damaged: counted and
// dropped, while the call goes on.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { isRtp, isStun, openTap, sendAll, stranger, tapAddress } from '../lib/udp_tap.mjs';
import { until } from '../lib/until.mjs';
import { freeUdpPort, joinCall, startServer, untilAllSee } from '../lib/vicino.mjs';

const memoryBound = 16 << 20; // bytes

function flipped(datagram, at) {
  const copy = Buffer.from(datagram);
  copy[at < 0 ? copy.length + at : at] ^= 0x40;
  return copy;
}

// A binding request that any STUN server would answer (RFC 8489), with a MESSAGE-INTEGRITY made up.
function bindingRequest(username) {
  const name = Buffer.from(username);
  const padded = Buffer.alloc(Math.ceil(name.length / 4) * 4);
  name.copy(padded);
  const message = Buffer.alloc(20 + 4 + padded.length + 24);
  message.writeUInt16BE(1, 0);
  message.writeUInt16BE(message.length - 20, 2);
  message.writeUInt32BE(0x2112a442, 4);
  randomBytes(12).copy(message, 8);
  message.writeUInt16BE(6, 20);
  message.writeUInt16BE(name.length, 22);
  padded.copy(message, 24);
  message.writeUInt16BE(8, 24 + padded.length);
  message.writeUInt16BE(20, 26 + padded.length);
  randomBytes(20).copy(message, 28 + padded.length);
  return message;
}

test('hostile datagrams are refused while the call goes on', async (t) => {
  const own = owner(t);
  const port = await freeUdpPort();
  const media = { '--media-port': port, '--media-workers': 1, '--media-announce': tapAddress };
  const server = await startServer(own, media);
  const tap = await openTap(own, port);
  const link = await server.newRoom(own);
  const clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, clips));
  await untilAllSee(call, { more: 30 });

  const memory = server.residentBytes();
  const outside = await stranger(own);
  let answers = 0;
  outside.on('message', () => ++answers);
  const [{ back: inside, sent }] = tap.clients();
  const rtp = sent.filter(isRtp).slice(-500);
  assert.ok(rtp.length > 100, 'the tap has seen media');
  const checks = sent.filter(isStun);
  const [, username] = /\0\x06..([\w+/]+:\w+)/s.exec(checks[0].toString('latin1'));

  // Sends all of `datagrams` and waits until the server has counted as many more refusals.
  const refused = async (what, socket, datagrams, counters) => {
    const count = async () => {
      const metrics = await server.metrics();
      return counters.reduce((sum, name) => sum + metrics[`vicino_refused_${name}_total`], 0);
    };
    const before = await count();
    await sendAll(socket, datagrams, port);
    // A few may be lost in a full socket buffer.
    const enough = before + datagrams.length * 0.9;
    await until(async () => {
      const now = await count();
      if (now >= enough) return true;
      throw new Error(`${now - before} of ${datagrams.length}; ${JSON.stringify(await server.metrics())}`);
    }, `${what} are counted`, 10_000);
  };

  const random = Array.from({ length: 500 }, (_, i) => randomBytes(1 + ((i * 7) % 1400)));
  await refused('random datagrams', outside, random, ['unknown_peer', 'malformed', 'unauthenticated', 'other']);
  await refused('oversized datagrams', outside, Array.from({ length: 50 }, () => randomBytes(9000)), ['unknown_peer', 'malformed']);
  await refused('unauthenticated checks', outside, Array.from({ length: 300 }, () => bindingRequest(username)), ['unauthenticated', 'malformed']);
  await refused('checks for nobody', outside, Array.from({ length: 300 }, (_, i) => bindingRequest(`u${i}:v`)), ['unknown_peer', 'malformed']);
  await refused("a stranger's copies", outside, rtp, ['unknown_peer']);
  await refused('copies on the same path', inside, rtp, ['replayed']);
  await refused('damaged tags', inside, rtp.map((d) => flipped(d, -1)), ['unauthenticated', 'replayed']);
  await refused('damaged payloads', inside, rtp.map((d) => flipped(d, 30)), ['unauthenticated', 'replayed']);
  const future = rtp.map((d, i) => {
    const copy = Buffer.from(d);
    copy.writeUInt16BE((d.readUInt16BE(2) + 5000 + i) & 0xffff, 2);
    return copy;
  });
  await refused('forged sequence numbers', inside, future, ['unauthenticated']);
  await refused('cut packets', inside, rtp.map((d, i) => d.subarray(0, 1 + (i % 27))), ['malformed', 'unauthenticated', 'unknown_peer', 'other']);
  assert.equal(answers, 0, 'a stranger gets no answer');

  await untilAllSee(call, { more: 30 });
  for (const participant of call) {
    const { reconnects, framesRefused, mediaConnected } = participant.latest;
    assert.deepEqual({ reconnects, framesRefused, mediaConnected }, { reconnects: 0, framesRefused: 0, mediaConnected: true });
  }
  const growth = server.residentBytes() - memory;
  t.diagnostic(`resident memory grew by ${(growth / 1024).toFixed(0)} KiB`);
  assert.ok(growth < memoryBound, `resident memory grew by ${growth} bytes`);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});
