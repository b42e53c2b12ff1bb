// The relay that behaves like a bad network, with real datagrams, and a call through it.
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../lib/child.mjs';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { startBehindRelay, startRelay } from '../lib/relay.mjs';
import { until } from '../lib/until.mjs';
import { bareEnvironment, joinCall, untilAllSee, vicinoRelay } from '../lib/vicino.mjs';

function bound(own) {
  const socket = dgram.createSocket('udp4');
  own.defer(() => new Promise((done) => socket.close(done)));
  return new Promise((done, failed) => {
    socket.once('error', failed);
    socket.bind(0, '127.0.0.1', () => done(socket));
  });
}

// Keeps what comes, and sends it back if asked to: { number, at, port }.
async function openTarget(own, { echo = false } = {}) {
  const socket = await bound(own);
  const arrived = [];
  socket.on('message', (datagram, from) => {
    arrived.push({ number: datagram.readUInt32BE(0), at: performance.now(), port: from.port });
    if (echo) socket.send(datagram, from.port, from.address);
  });
  return { place: `127.0.0.1:${socket.address().port}`, arrived };
}

// Sends numbered datagrams to the relay and keeps what comes back.
async function openClient(own, relay) {
  const socket = await bound(own);
  const client = { sent: [], arrived: [], port: socket.address().port };
  socket.on('message', (datagram) => client.arrived.push({ number: datagram.readUInt32BE(0), at: performance.now() }));
  client.send = (size = 100) => {
    const datagram = Buffer.alloc(size);
    datagram.writeUInt32BE(client.sent.length);
    client.sent.push(performance.now());
    return new Promise((done, failed) => {
      socket.send(datagram, relay.port, '127.0.0.1', (error) => (error ? failed(error) : done()));
    });
  };
  // In small groups, each of which the relay has got before the next: no socket buffer runs over.
  client.sendMany = async (count, size) => {
    const { pushed } = (await relay.stats()).up;
    for (let sent = 0; sent < count; sent += 50) {
      await Promise.all(Array.from({ length: Math.min(50, count - sent) }, () => client.send(size)));
      const enough = pushed + Math.min(sent + 50, count);
      await until(async () => (await relay.stats()).up.pushed === enough, `the relay has got ${enough} datagrams`);
    }
  };
  // Sends until an answer to one of these comes; its number.
  client.answered = async (timeout) => {
    const first = client.sent.length;
    await until(async () => {
      if (client.arrived.some(({ number }) => number >= first)) return true;
      await client.send();
      return false;
    }, 'an answer comes', timeout);
    return client.arrived.find(({ number }) => number >= first).number;
  };
  return client;
}

const numbers = (arrived) => [...new Set(arrived.map(({ number }) => number))].sort((a, b) => a - b);

test('nothing arrives earlier than the delay, nor much later', async (t) => {
  const own = owner(t);
  const target = await openTarget(own, { echo: true });
  const relay = await startRelay(own, { target: target.place, delay: '30ms', 'down-delay': '50ms' });
  const client = await openClient(own, relay);
  for (let i = 0; i < 20; ++i) {
    await client.send();
    await until(() => client.arrived.length === i + 1, `answer ${i}`);
  }
  const times = client.arrived.map(({ number, at }) => at - client.sent[number]).sort((a, b) => a - b);
  const there = target.arrived.map(({ number, at }) => at - client.sent[number]);
  t.diagnostic(`round trips of 80 ms: ${times[0].toFixed(2)} ms to ${times.at(-1).toFixed(2)} ms`);
  assert.ok(Math.min(...there) >= 30);
  assert.ok(times[0] >= 80);
  assert.ok(times[0] < 120, `the shortest round trip took ${times[0]} ms`);
});

test('a seed decides which packets are lost, and the statistics count them', async (t) => {
  const own = owner(t);
  const lost = async (seed) => {
    const target = await openTarget(own);
    const relay = await startRelay(own, { target: target.place, 'up-loss': '10%', seed });
    const client = await openClient(own, relay);
    await client.sendMany(2000);
    const { up } = await relay.stats();
    assert.equal(up.pushed, 2000);
    assert.equal(up.dropped_loss + up.delivered, 2000);
    await until(() => target.arrived.length === up.delivered, 'the rest has arrived');
    const there = new Set(numbers(target.arrived));
    return Array.from({ length: 2000 }, (_, i) => i).filter((i) => !there.has(i));
  };
  const first = await lost(7);
  t.diagnostic(`${first.length} of 2000 lost`);
  assert.ok(Math.abs(first.length - 200) < 4 * Math.sqrt(2000 * 0.1 * 0.9), `${first.length} lost`);
  assert.deepEqual(await lost(7), first);
  assert.notDeepEqual(await lost(8), first);
});

test('a rate is held, its queue makes packets wait, and what it has no room for is dropped', async (t) => {
  const own = owner(t);
  const target = await openTarget(own);
  const relay = await startRelay(own, { target: target.place, 'up-rate': '800k', overhead: '0B', queue: '10s' });
  const client = await openClient(own, relay);
  await client.sendMany(100, 1000); // 10 ms each
  await until(() => target.arrived.length === 100, 'all have arrived');
  assert.deepEqual(target.arrived.map(({ number }) => number), numbers(target.arrived), 'in order');
  const took = target.arrived.at(-1).at - client.sent[0];
  const { up } = await relay.stats();
  t.diagnostic(`1 s of datagrams took ${took.toFixed(1)} ms; queue ${JSON.stringify(up.queue_ms)}`);
  assert.ok(took >= 1000 && took < 1500, `${took} ms`);
  assert.ok(up.queue_ms.max > 100 && up.queue_ms.max < 1000);

  await relay.say('reset');
  await relay.set({ queue: '100ms', rate: '80k' }); // one packet; 100 ms each
  await client.sendMany(50, 1000);
  await until(async () => (await relay.stats()).clients[0].up.under_way === 0, 'the queue is empty');
  const after = (await relay.stats()).up;
  assert.equal(after.delivered + after.dropped_queue, 50);
  assert.ok(after.dropped_queue >= 40, `${after.dropped_queue} dropped`);
});

test('an outage lets nothing through and ends', async (t) => {
  const own = owner(t);
  const target = await openTarget(own, { echo: true });
  const relay = await startRelay(own, { target: target.place, delay: '5ms' });
  const client = await openClient(own, relay);
  await client.answered();
  const asked = performance.now();
  await relay.outage('2s');
  const begun = performance.now();
  const number = await client.answered(10_000);
  t.diagnostic(`the first answered datagram was sent after ${(client.sent[number] - asked).toFixed(0)} ms`);
  // The relay may be late to notice what comes, but hardly by a second.
  assert.ok(client.sent[number] > asked + 1000);
  const during = client.sent.flatMap((at, i) => (at > begun && at < asked + 1000 ? [i] : []));
  assert.ok(during.length >= 5);
  assert.deepEqual(numbers(client.arrived).filter((n) => during.includes(n)), []);
  assert.ok((await relay.stats()).up.dropped_outage >= during.length);
});

test('blocked, nothing passes until it is unblocked, by a line or by a schedule', async (t) => {
  const own = owner(t);
  const target = await openTarget(own, { echo: true });
  const relay = await startRelay(own, { target: target.place, block: true });
  const client = await openClient(own, relay);
  await client.sendMany(100);
  assert.equal((await relay.stats()).up.dropped_outage, 100);
  await relay.say('unblock');
  assert.ok((await client.answered()) >= 100);
  assert.deepEqual(numbers(target.arrived).filter((n) => n < 100), []);

  const schedule = join(own.folder(), 'schedule');
  writeFileSync(schedule, '# UDP comes back\n\n{"block": true}\nat=600ms unblock\n');
  const before = performance.now();
  const later = await openClient(own, await startRelay(own, { target: target.place, schedule }));
  await later.answered();
  assert.ok(performance.now() - before >= 600);
});

test('each client has its own socket and path, which can be changed one by one', async (t) => {
  const own = owner(t);
  const target = await openTarget(own, { echo: true });
  const relay = await startRelay(own, { target: target.place, clients: 2 });
  const [ada, bo] = [await openClient(own, relay), await openClient(own, relay)];
  await ada.answered();
  await bo.answered();
  const ports = () => new Set(target.arrived.map(({ port }) => port)).size;
  assert.equal(ports(), 2);
  const { clients } = await relay.stats();
  assert.deepEqual(clients.map(({ number, port }) => [number, port]), [[1, ada.port], [2, bo.port]]);

  await relay.set({ client: 2, 'up-block': true });
  await ada.answered();
  await bo.sendMany(10);
  const [, second] = (await relay.stats()).clients;
  assert.equal(second.up.dropped_outage, 10);

  await relay.say('client=1 rebind');
  await ada.answered();
  assert.equal(ports(), 3, 'the target sees Ada come from elsewhere');

  const cy = await openClient(own, relay);
  await cy.answered();
  const { forgotten, clients: left } = await relay.stats();
  assert.equal(forgotten, 1);
  assert.equal(left.length, 2);
});

test('duplicates and reordering can be asked for while it runs', async (t) => {
  const own = owner(t);
  const target = await openTarget(own);
  const relay = await startRelay(own, { target: target.place });
  const client = await openClient(own, relay);
  await relay.set({ 'up-duplicate': '100%' });
  await client.sendMany(20);
  await until(() => target.arrived.length === 40, 'each comes twice');
  await relay.say('duplicate=0% reorder=50% reorder-by=30ms');
  await client.sendMany(40);
  await until(() => target.arrived.length === 80, 'all come');
  const order = target.arrived.slice(40).map(({ number }) => number);
  assert.equal(new Set(order).size, 40);
  assert.notDeepEqual(order, [...order].sort((a, b) => a - b));
});

test('what is wrong is said with what to do', async (t) => {
  const own = owner(t);
  const refused = async (args, message) => {
    const { code, errors } = await run(own, vicinoRelay, args, { env: bareEnvironment });
    assert.notEqual(code, 0, args.join(' '));
    assert.match(errors.join('\n'), message);
  };
  await refused([], /--target is required/);
  await refused(['--target', 'localhost:5000'], /write 127\.0\.0\.1:5000/);
  await refused(['--target', '127.0.0.1:5000', '--listen', '5000'], /relay to itself/);
  await refused(['--target', '5000', '--loss', '5'], /write 5% or 0\.05/);
  await refused(['--target', '5000', '--delay', '25'], /write 500us, 25ms/);
  await refused(['--target', '5000', '--loss', '90%', '--burst', '2'], /longer bursts/);
  await refused(['--target', '5000', '--listen', '198.51.100.1:1'], /can't listen on .*--listen/);
  await refused(['--target', '5000', '--schedule', '/nowhere'], /can't be read/);
  await refused(['--target', '5000', '--target', '5001'], /one --target for all, or one for each/);

  const relay = await startRelay(own, { target: '127.0.0.1:9' });
  await assert.rejects(relay.say('faster'), /says nothing: write settings/);
  await assert.rejects(relay.set({ client: 5, loss: '5%' }), /no client 5/);
  await assert.rejects(relay.say('x'.repeat(10_000)), /4096 bytes/);
  assert.equal(await relay.say('loss=5%'), 'ok', 'it goes on');
  assert.deepEqual(await relay.stop(), { code: 0, signal: null });
});

test('a call goes on at 5 % loss, and after an outage', async (t) => {
  const own = owner(t);
  const { server, relay } = await startBehindRelay(own, { loss: '5%', delay: '20ms', jitter: '5ms' });
  const link = await server.newRoom(own);
  const clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, clips));
  await untilAllSee(call, { more: 60 });
  await untilAllSee(call, { more: 60, source: 'microphone' });
  const { up, down, clients } = await relay.stats();
  t.diagnostic(`lost ${up.dropped_loss} of ${up.pushed} up, ${down.dropped_loss} of ${down.pushed} down`);
  assert.ok(clients.length >= 2, 'both came through the relay');
  for (const { pushed, dropped_loss: lost } of [up, down]) {
    assert.ok(Math.abs(lost / pushed - 0.05) < 0.03, `${lost} of ${pushed} lost`);
  }
  for (const participant of call) assert.equal(participant.latest.framesRefused, 0);

  await relay.outage('3s');
  await untilAllSee(call, { more: 30 });
});
