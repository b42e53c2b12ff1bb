// Thirty participants in one room, each publishing and each receiving all the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, startServer } from '../lib/vicino.mjs';

const participants = 30;
const audioSlots = 8;
const fps = 8;

// Of how many senders `member` has decrypted frames of `source`.
const senders = (member, source) => member.received.filter((r) => r.source === source && r.frames > 0).length;

// Two more seconds' frames of every camera for everybody: they don't only arrive once.
async function untilEverythingFlows(everyone) {
  const frames = () =>
    everyone().flatMap((m) => m.received.filter((r) => r.source === 'camera').map((r) => [`${r.sender} at ${m.name}`, r.frames]));
  const before = new Map(frames());
  await until(() => {
    const stuck = frames().find(([pair, count]) => count < before.get(pair) + 2 * fps);
    if (stuck) throw new Error(`${stuck[0]}: ${before.get(stuck[0])}, now ${stuck[1]}`);
    return true;
  }, 'all cameras go on', 60_000);
}

test('everyone decrypts every camera, and as many voices as there are slots', async (t) => {
  const own = owner(t);
  const server = await startServer(own, { '--limits-video-slots': participants - 1, '--limits-audio-slots': audioSlots });
  const link = await server.newRoom(own);
  const small = { width: 160, height: 90, fps, seconds: 2, kbps: 40 };
  const clips = ['--publish', await videoClip('vp8', small), '--audio', await audioClip({ packetMilliseconds: 60 })];
  const slots = ['--video-slots', String(participants - 1), '--audio-slots', String(audioSlots)];
  const processes = ['Left', 'Right'].map((name) =>
    joinCall(own, link, name, [...clips, ...slots, '--no-lobby', '--participants', String(participants / 2)]),
  );
  const everyone = () => {
    for (const p of processes) p.assertRunning();
    return processes.flatMap((p) => [...p.stats.values()]);
  };

  const begun = Date.now();
  await until(
    () => {
      const members = everyone();
      const lacking = members.find((m) => senders(m, 'camera') < participants - 1 || senders(m, 'microphone') < audioSlots);
      if (members.length === participants && !lacking) return true;
      const { name, others, mediaConnected } = lacking ?? {};
      const has = lacking && { cameras: senders(lacking, 'camera'), voices: senders(lacking, 'microphone') };
      throw new Error(JSON.stringify({ members: members.length, name, others, mediaConnected, ...has }));
    },
    `${participants} participants see and hear each other`,
    90_000,
  );
  t.diagnostic(`complete after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  // Frames may come under keys that are still on their way, but not once everybody is in the same epoch.
  const shut = (m) => m.framesWithoutKey + m.framesRefused;
  const lost = new Map(everyone().map((m) => [m.name, shut(m)]));
  await untilEverythingFlows(everyone);
  for (const member of everyone()) {
    assert.equal(member.others, participants - 1);
    assert.equal(member.framesRefused, 0, `${member.name} got frames that don't authenticate`);
    assert.equal(shut(member), lost.get(member.name), `${member.name} could not open frames`);
    assert.equal(member.group.members, participants);
  }
  const metrics = await server.metrics();
  assert.equal(metrics.vicino_participants, participants);
  assert.equal(metrics.vicino_media_peers, participants);
});
