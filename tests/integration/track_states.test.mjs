// Why a tile is silent, as a native client's statistics say it: each reason brought about with the real programs.
import assert from 'node:assert/strict';
import * as nodeTest from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { handshakeMessage, heldBackMessage, readCommit, readRoster } from '../lib/flatbuffer.mjs';
import { owner } from '../lib/owner.mjs';
import { openSignallingTap } from '../lib/signalling_tap.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, startServer, untilAllSee, untilIn, untilTogether } from '../lib/vicino.mjs';

const { before, test } = nodeTest;
const ofFile = owner(nodeTest);
let server;
let clips;

before(async () => {
  server = await startServer(ofFile);
  clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
});

async function join(own, link, name, args = clips) {
  const participant = joinCall(own, link, name, args);
  await untilIn(participant);
  return participant;
}

const untilState = (participant, name, source, state) =>
  until(
    () => {
      if (participant.sees(name)?.[source] === state) return true;
      throw new Error(JSON.stringify(participant.latest?.people));
    },
    `${participant.nickname} says "${state}" of ${name}'s ${source}`,
  );

// Ada and Bo in a call; what passes between Bo and the server passes the tap.
async function tappedCall(own) {
  const link = await server.newRoom(own);
  const tap = await openSignallingTap(own, server.url);
  const ada = await join(own, link, 'Ada');
  const bo = await join(own, tap.link(link), 'Bo');
  await untilTogether([ada, bo]);
  return { ada, bo, tap };
}

test('a client that has gone without a word is shown as a lost connection', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const ada = await join(own, link, 'Ada');
  const bo = await join(own, link, 'Bo');
  await untilAllSee([ada, bo]);
  assert.equal(ada.sees('Bo').camera, 'flowing');
  assert.equal(ada.sees('Bo').microphone, 'flowing');
  await bo.kill();
  await untilState(ada, 'Bo', 'camera', 'connectionLost');
  await untilState(ada, 'Bo', 'microphone', 'connectionLost');
});

test('a camera that there is no place for is paused by the layout', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const ada = await join(own, link, 'Ada', [...clips, '--video-slots', '1']);
  const bo = await join(own, link, 'Bo');
  const cy = await join(own, link, 'Cy');
  await untilTogether([ada, bo, cy]);
  await until(() => {
    const states = ['Bo', 'Cy'].map((name) => ada.sees(name)?.camera).sort();
    if (states.join() === 'flowing,pausedByLayout') return true;
    throw new Error(states.join());
  }, 'one camera is shown and one paused');
  await untilState(bo, 'Cy', 'camera', 'flowing');
});

test('what the server holds back is paused for bandwidth', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const tap = await openSignallingTap(own, server.url);
  // The server never hears what Bo wants to see, so nothing flows.
  tap.lost.fromClient.add('watch');
  let others = [];
  tap.onServerMessage = (kind, payload) => {
    if (kind === 'joined') others = readRoster(payload);
  };
  const ada = await join(own, link, 'Ada');
  const bo = await join(own, tap.link(link), 'Bo');
  await untilTogether([ada, bo]);
  await untilState(bo, 'Ada', 'camera', 'connecting');
  assert.equal(others.length, 1, 'Ada');
  const cameraSource = 1;
  tap.say(heldBackMessage(others[0], cameraSource));
  await untilState(bo, 'Ada', 'camera', 'pausedForBandwidth');
  assert.equal(bo.sees('Ada').microphone, 'flowing');
});

test('frames under keys that have not come say so, and flow when they have', async (t) => {
  const own = owner(t);
  const { ada, bo, tap } = await tappedCall(own);
  await untilAllSee([ada, bo]);
  tap.lost.fromServer.add('handshake');
  const { sendingEpoch } = ada.latest.group;
  ada.command('mute-on-entry on');
  await until(() => ada.latest.group.sendingEpoch > sendingEpoch, 'Ada sends under new keys');
  await untilState(bo, 'Ada', 'camera', 'noKey');
  await untilState(bo, 'Ada', 'microphone', 'noKey');
  assert.ok(bo.latest.framesWithoutKey > 0);
  assert.equal(bo.latest.framesRefused, 0);
  tap.lost.fromServer.clear();
  bo.command('reconnect');
  await untilTogether([ada, bo]);
  await untilState(bo, 'Ada', 'camera', 'flowing');
  await untilState(bo, 'Ada', 'microphone', 'flowing');
});

test('frames that do not open are refused', async (t) => {
  const own = owner(t);
  const { ada, bo, tap } = await tappedCall(own);
  await untilAllSee([ada, bo]);
  ada.command('make-host Bo');
  await until(() => bo.latest.self.host, 'Bo is a host');
  await untilTogether([ada, bo]);
  // Bo is told that its own commit counts, and Ada that hers does: the same epoch, and other keys.
  tap.onClientMessage = (kind, payload) => {
    if (kind === 'commit') tap.say(handshakeMessage(1n << 40n, readCommit(payload)));
  };
  for (const kind of ['commit', 'ready']) tap.lost.fromClient.add(kind);
  tap.lost.fromServer.add('handshake');
  const { epoch } = ada.latest.group;
  bo.command('mute-on-entry on');
  await until(() => bo.latest.group.epoch === epoch + 1, 'Bo is in an epoch of its own');
  ada.command('lobby off');
  await until(() => ada.latest.group.sendingEpoch === epoch + 1, 'Ada sends under hers');
  await untilState(bo, 'Ada', 'camera', 'refused');
  await untilState(bo, 'Ada', 'microphone', 'refused');
  assert.ok(bo.latest.framesRefused > 0);
  await untilState(ada, 'Bo', 'camera', 'refused');
});

test('a room that asks for it mutes who comes in, but no host', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const ada = await join(own, link, 'Ada');
  ada.command('mute-on-entry on');
  await until(() => ada.latest.room.muteOnEntry, 'the room mutes on entry');
  const bo = await join(own, link, 'Bo');
  await untilState(ada, 'Bo', 'microphone', 'muted');
  await untilState(ada, 'Bo', 'camera', 'flowing');
  assert.deepEqual(bo.latest.asked, ['mute on entry']);
  assert.equal(ada.latest.self.microphone, 'flowing', 'who was there before');
  const before = ada.framesFrom('Bo', 'microphone');
  bo.command('microphone on');
  await untilState(ada, 'Bo', 'microphone', 'flowing');
  assert.ok(ada.framesFrom('Bo', 'microphone') > before);
});

test('the silent are named with the code', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const call = [await join(own, link, 'Ada'), await join(own, link, 'Bo')];
  const tap = await openSignallingTap(own, server.url);
  tap.lost.fromClient.add('post');
  const cy = await join(own, tap.link(link), 'Cy');
  const [ada, bo] = call;
  await untilTogether([ada, bo, cy]);
  for (const p of call) {
    await until(() => p.latest.group.codeState === 'shown' && p.latest.group.members === 3, `${p.nickname} shows a code`);
    assert.deepEqual(p.latest.group.codeSilent, ['Cy']);
    assert.equal(p.latest.group.code.length, 7);
  }
  await until(() => cy.latest.group.codeState === 'leftOut', 'Cy knows that it is left out');
  assert.deepEqual(cy.latest.group.code, []);
});
