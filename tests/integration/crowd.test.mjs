// Thirty participants in one room, each publishing and each receiving all the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, startServer } from '../lib/vicino.mjs';

const participants = 30;
const audioSlots = 8;

// Of how many senders `member` has decrypted frames of `source`.
const senders = (member, source) => member.received.filter((r) => r.source === source && r.frames > 0).length;

test('everyone decrypts every camera, and as many voices as there are slots', async (t) => {
  const own = owner(t);
  const server = await startServer(own, ['--limits-video-slots', '40', '--limits-audio-slots', String(audioSlots)]);
  const link = await server.newRoom(own);
  const small = { width: 160, height: 90, fps: 8, seconds: 2, kbps: 40 };
  const clips = ['--publish', await videoClip('vp8', small), '--audio', await audioClip({ packetMilliseconds: 60 })];
  const slots = ['--video-slots', String(participants - 1), '--audio-slots', String(audioSlots)];
  const processes = ['Left', 'Right'].map((name) =>
    joinCall(own, link, name, [...clips, ...slots, '--participants', String(participants / 2)]),
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
  for (const member of everyone()) {
    assert.equal(member.others, participants - 1);
    assert.equal(member.framesUndecryptable, 0, `${member.name} could not open frames`);
  }
  const metrics = await server.metrics();
  assert.equal(metrics.vicino_participants, participants);
  assert.equal(metrics.vicino_media_peers, participants);
});
