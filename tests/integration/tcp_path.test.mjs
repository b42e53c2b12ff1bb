// Media over TCP at the web server's port (ICE-TCP): calls without UDP, and strangers at that door.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../lib/certificate.mjs';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { relayAddress } from '../lib/relay.mjs';
import { bindingRequest, isBindingSuccess } from '../lib/stun.mjs';
import { frame, onFrames, startTcpBridge } from '../lib/tcp_bridge.mjs';
import { until } from '../lib/until.mjs';
import { freeUdpPort, joinCall, root, startServer, untilAllSee } from '../lib/vicino.mjs';

const strangersAddress = '127.0.0.9'; // limits are for each address
const proofTime = 5_000; // src/net: TcpPaths::proof_time, first_frame_time

// A server whose UDP port nobody reaches, and the way around it.
async function startWithoutUdp(own, flags = {}, bridgeOptions = {}) {
  const port = await freeUdpPort();
  const media = { '--media-port': port, '--media-workers': 2, '--media-announce': relayAddress };
  const server = await startServer(own, { ...media, ...flags });
  const bridges = [];
  for (const at of [port, port + 1])
    bridges.push(await startTcpBridge(own, { from: { address: relayAddress, port: at }, to: server.port, ...bridgeOptions }));
  return { server, bridges };
}

const clips = async () => ['--publish', await videoClip('vp8'), '--audio', await audioClip()];

test('a call comes up and goes on over TCP alone, however its bytes are cut', async (t) => {
  const own = owner(t);
  const { server, bridges } = await startWithoutUdp(own, {}, { piece: 97 });
  const link = await server.newRoom(own);
  const args = await clips();
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, args));
  await untilAllSee(call, { more: 60 });
  await untilAllSee(call, { more: 60, source: 'microphone' });
  for (const participant of call) assert.equal(participant.latest.framesRefused, 0);
  const { vicino_media_tcp_connections: connections, vicino_media_tcp_drops_total: drops } = await server.metrics();
  assert.equal(connections, 2);
  assert.equal(drops, 0);
  assert.ok(bridges.some(({ up, down }) => up > 100 && down > 100));
});

test('the same beside TLS, at the port of HTTPS', async (t) => {
  const own = owner(t);
  const { certificate, key } = await makeCertificate(own, 'server');
  const { server } = await startWithoutUdp(own, { '--tls-certificate': certificate, '--tls-key': key });
  assert.match(server.url, /^https:/);
  const link = await server.newRoom(own);
  const args = ['--audio', await audioClip()];
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, args, { environment: { SSL_CERT_FILE: certificate } }));
  await untilAllSee(call, { source: 'microphone' });
});

// What a stranger sends, and the connection stays open for as long as the server likes.
function knock(own, port, bytes) {
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: strangersAddress, noDelay: true });
  own.defer(() => socket.destroy());
  const knocked = { closed: false, answers: 0, socket };
  socket.on('error', () => {});
  socket.on('close', () => (knocked.closed = true));
  onFrames(socket, () => ++knocked.answers);
  if (bytes.length > 0) socket.write(bytes);
  return knocked;
}

test('a flood of half-open connections and garbage is cut off while the call goes on', async (t) => {
  const own = owner(t);
  const { server } = await startWithoutUdp(own);
  const link = await server.newRoom(own);
  const args = await clips();
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, args));
  await untilAllSee(call, { more: 30 });
  const memory = server.residentBytes();

  const garbage = [
    Buffer.alloc(0),
    Buffer.from([0]),
    Buffer.from([0, 100]),
    Buffer.from([5, 0xff]), // too long for a datagram
    Buffer.from([0, 0, 0, 0]),
    frame(randomBytes(100)),
    frame(bindingRequest('nobody:me', 'a password of nobody')),
    frame(bindingRequest('nobody', 'a password of nobody')),
    randomBytes(3000),
  ];
  const knocks = Array.from({ length: 1200 }, (_, i) => knock(own, server.port, garbage[i % garbage.length]));
  await untilAllSee(call, { more: 60 });
  // Empty ones are any browser's that connects ahead of time: they have the time of an HTTP request.
  const spoken = knocks.filter((_, i) => i % garbage.length !== 0);
  await until(() => spoken.every(({ closed }) => closed), 'all that said anything are cut off', proofTime * 4);
  await untilAllSee(call, { more: 60 });
  assert.equal(knocks.reduce((sum, { answers }) => sum + answers, 0), 0, 'nobody was answered');
  const metrics = await server.metrics();
  assert.equal(metrics.vicino_media_tcp_connections, 2);
  assert.ok(metrics.vicino_refused_connections_total > 0, 'one address has a limited number');
  assert.ok(server.residentBytes() - memory < 32 << 20);
});

// A peer of the server's as WHIP makes it, and what its answer says of the way there.
async function publish(server) {
  const offer = readFileSync(join(root, 'tests/data/sdp/gstreamer-send.sdp'), 'utf8');
  const response = await fetch(`${server.url}/whip/stage/ada`, { method: 'POST', body: offer, headers: { 'content-type': 'application/sdp' } });
  assert.equal(response.status, 201);
  const answer = await response.text();
  const value = (text, name) => new RegExp(`^a=${name}:(.*)\r$`, 'm').exec(text)?.[1] ?? new RegExp(`^a=${name}:(.*)$`, 'm').exec(text)[1].trim();
  return {
    username: `${value(answer, 'ice-ufrag')}:${value(offer, 'ice-ufrag')}`,
    password: value(answer, 'ice-pwd'),
    tcp: [...answer.matchAll(/^a=candidate:\S+ 1 tcp (\d+) (\S+) (\d+) typ host tcptype passive\r$/gm)].map(([, priority, address, port]) => ({
      priority: Number(priority), address, port: Number(port),
    })),
    udp: [...answer.matchAll(/^a=candidate:\S+ 1 udp (\d+) /gm)].map(([, priority]) => Number(priority)),
  };
}

test('a check with the right password is answered, one with another is not, and that connection is closed', async (t) => {
  const own = owner(t);
  const server = await startServer(own, { '--open-room': 'stage' });
  const { username, password, tcp, udp } = await publish(server);
  assert.deepEqual(tcp.map(({ address, port }) => ({ address, port })), [{ address: '127.0.0.1', port: server.port }]);
  assert.ok(tcp[0].priority < Math.min(...udp), 'UDP is preferred');

  const right = knock(own, server.port, frame(bindingRequest(username, password)));
  const wrong = knock(own, server.port, frame(bindingRequest(username, 'another password of 22')));
  await until(() => right.answers === 1, 'the right one is answered');
  await until(() => wrong.closed, 'the wrong one is closed', proofTime * 4);
  assert.equal(wrong.answers, 0);
  assert.equal(right.closed, false);
  let answered = null;
  onFrames(right.socket, (datagram) => (answered = datagram));
  right.socket.write(frame(bindingRequest(username, password)));
  await until(() => answered && isBindingSuccess(answered), 'it goes on being answered');
});

test('it can be switched off, and announced at another port', async (t) => {
  const own = owner(t);
  const off = await startServer(own, { '--open-room': 'stage', '--media-tcp': false });
  const { username, password, tcp } = await publish(off);
  assert.deepEqual(tcp, []);
  const refused = knock(own, off.port, frame(bindingRequest(username, password)));
  await until(() => refused.closed, 'what is no HTTP is closed');
  const proxied = await startServer(own, { '--open-room': 'stage', '--media-tcp-port': 443 });
  assert.deepEqual((await publish(proxied)).tcp.map(({ port }) => port), [443]);
});
