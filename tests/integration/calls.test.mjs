// Calls of the native client through the server: who sees what, in every codec, and what the server saw.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as nodeTest from 'node:test';
import { audioClip, decode, ivfFrames, meanDifference, opusPackets, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { chiSquare, ciphertext, countKnownWindows, windowsOf } from '../lib/sealed.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, newRoom, startServer, untilAllSee } from '../lib/vicino.mjs';

const { before, test } = nodeTest;
const ofFile = owner(nodeTest);
let server;
let audio;
let patient; // in a call by itself for as long as the other tests last

before(async () => {
  server = await startServer(ofFile, { '--limits-participants-per-room': 3 });
  audio = await audioClip();
  patient = joinCall(ofFile, await server.newRoom(ofFile), 'Pa', ['--audio', audio]);
});

const chiSquareBound = 420; // over 7 standard deviations above what random bytes give

// Where frames of a codec are most alike: behind its headers, entropy coding leaves little to see.
const heads = (frames) => frames.map((frame) => frame.subarray(0, 16));

// The files of a recording whose name ends so; at least one.
function recorded(folder, ending) {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  assert.ok(names.length > 0, `no *${ending} among ${readdirSync(folder).join(', ')}`);
  return names.map((name) => join(folder, name));
}

// Each picture must be one of the source's, in its order: the first one anywhere (a stay begins at any key frame),
// the clip being a loop.
function assertSamePictures(pictures, source) {
  assert.ok(pictures.length >= 10, `${pictures.length} pictures`);
  const closest = (picture) => {
    const differences = source.map((original) => meanDifference(picture, original));
    return { difference: Math.min(...differences), index: differences.indexOf(Math.min(...differences)) };
  };
  const seen = new Set();
  for (const picture of pictures.slice(0, 20)) {
    const { difference, index } = closest(picture);
    assert.ok(difference < 0.5, `the closest picture of the source differs by ${difference}`);
    seen.add(index);
  }
  assert.ok(seen.size >= 10, `only ${seen.size} different pictures`);
}

function assertSealed(codec, frames, clip) {
  const sealed = frames.map((frame) => ciphertext(codec, frame));
  const bytes = sealed.reduce((sum, frame) => sum + frame.length, 0);
  assert.ok(bytes > 2560, `${bytes} bytes are too few to say anything`);
  assert.equal(countKnownWindows(frames, windowsOf(clip)), 0, `${codec}: clear bytes are visible to the server`);
  assert.ok(chiSquare(sealed) < chiSquareBound, `${codec}: chi-square ${chiSquare(sealed)}`);
  assert.ok(chiSquare(heads(sealed)) < chiSquareBound, `${codec}: chi-square of heads ${chiSquare(heads(sealed))}`);
}

for (const codec of ['vp8', 'vp9', 'av1', 'h264']) {
  test(`${codec}: the same pictures arrive, and the server saw none of them`, async (t) => {
    const clip = await videoClip(codec);
    if (!clip) return t.skip(`this ffmpeg has no encoder for ${codec}`);
    const own = owner(t);
    const folder = { clear: own.folder(), sealed: own.folder() };
    const link = await server.newRoom(own);
    const recording = ['--record', join(folder.clear, 'r'), '--record-sealed', join(folder.sealed, 'r')];
    const call = [
      joinCall(own, link, 'Ada', ['--publish', clip, '--audio', audio]),
      joinCall(own, link, 'Bo', ['--publish', clip, '--audio', audio, ...recording]),
    ];
    await Promise.all([untilAllSee(call, { more: 45 }), untilAllSee(call, { source: 'microphone', more: 100 })]);
    for (const participant of call) {
      assert.equal(participant.latest.framesRefused, 0);
      assert.equal(participant.latest.others, 1);
      assert.deepEqual(await participant.stop(), { code: 0, signal: null });
    }

    const clear = recorded(folder.clear, '-camera.ivf');
    assert.equal(clear.length, 1);
    assertSamePictures(await decode(clear[0]), await decode(clip));

    const clipFrames = ivfFrames(clip);
    const sealedFrames = recorded(folder.sealed, '.ivf').flatMap(ivfFrames);
    assertSealed(codec, sealedFrames, clipFrames);
    const [sealedAudio] = recorded(folder.sealed, '.opus');
    assertSealed('opus', opusPackets(sealedAudio), opusPackets(audio));

    // That these checks would find something: they do in what was decrypted.
    assert.ok(countKnownWindows(ivfFrames(clear[0]), windowsOf(clipFrames)) > 1000);
    assert.ok(chiSquare(heads(clipFrames)) > chiSquareBound);
    assert.ok(chiSquare(heads(opusPackets(audio))) > chiSquareBound);
    assert.deepEqual(opusPackets(recorded(folder.clear, '-microphone.opus')[0]).filter((packet) =>
      !opusPackets(audio).some((original) => original.equals(packet))), []);
  });
}

test("a link with another secret isn't let in, and says why", async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const inside = joinCall(own, link, 'Ada');
  await until(() => inside.latest?.inCall, 'Ada is in the call');
  const [, otherSecret] = (await newRoom(own, server.url)).split('#');
  const outside = joinCall(own, link.replace(/#.*/, `#${otherSecret}`), 'Eve');
  assert.equal((await outside.exit()).code, 1);
  assert.match(outside.errors.join('\n'), /^vicino: Eve: the link's secret is not this room's; ask for the link again/);
  assert.equal(inside.latest.others, 0);
});

test('a full room says so, and lets in again who comes when somebody has left', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const inside = joinCall(own, link, 'Ada');
  const two = joinCall(own, link, 'Bo', ['--participants', '2']);
  await until(() => inside.latest?.others === 2, 'three are there');
  const fourth = joinCall(own, link, 'Di');
  assert.equal((await fourth.exit()).code, 1);
  assert.match(fourth.errors.join('\n'), /^vicino: Di: the room is full; try again when somebody has left/);
  await two.stop();
  await until(() => inside.latest.others === 0, 'two have left');
  const again = joinCall(own, link, 'Di');
  await until(() => again.latest?.inCall && inside.latest.others === 1, 'Di is in the call');
});

test('a link that is none, or a file that is no clip, is refused before anything is begun', async (t) => {
  const own = owner(t);
  const link = await server.newRoom(own);
  const attempt = async (...args) => {
    const participant = joinCall(own, args[0], 'Ada', args.slice(1));
    const { code } = await participant.exit();
    return { code, said: participant.errors.join('\n') };
  };
  const cut = await attempt(link.slice(0, -3));
  assert.equal(cut.code, 2);
  assert.match(cut.said, /^vicino: this is not a call's link: the part of the link behind # is incomplete$/);
  const noClip = await attempt(link, '--publish', audio);
  assert.equal(noClip.code, 2);
  assert.match(noClip.said, /is not an IVF file$/);
});

test('a connection on which nobody says anything stays open', async () => {
  const pingedTwice = 35; // seconds; the server asks every 15 s whether somebody is there
  await until(() => patient.latest.at > pingedTwice, 'two pings have passed', 60_000);
  const { inCall, mediaConnected, reconnects } = patient.latest;
  assert.deepEqual({ inCall, mediaConnected, reconnects }, { inCall: true, mediaConnected: true, reconnects: 0 });
  assert.equal((await server.metrics()).vicino_bad_messages_total, 0);
});
