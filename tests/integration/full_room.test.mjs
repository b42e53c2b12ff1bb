// A room as full as a room can be: a hundred participants, a few of whom are seen and heard by all; and one too many.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, startServer } from '../lib/vicino.mjs';

const participants = 100;
const speakers = 5;
const fps = 5;

const senders = (member, source) => member.received.filter((r) => r.source === source && r.frames > fps).length;

test('a hundred participants in one room, and no more', async (t) => {
  const own = owner(t);
  const server = await startServer(own, { '--limits-participants-per-room': participants });
  const link = await server.newRoom(own);
  const clips = [
    '--publish', await videoClip('vp8', { width: 160, height: 90, fps, seconds: 2, kbps: 30 }),
    '--audio', await audioClip({ packetMilliseconds: 60 }),
  ];
  const slots = ['--video-slots', String(speakers), '--audio-slots', String(speakers)];
  const processes = [
    joinCall(own, link, 'Speaker', ['--no-lobby', ...clips, ...slots, '--participants', String(speakers)]),
    joinCall(own, link, 'Left', [...slots, '--participants', String((participants - speakers - 1) / 2)]),
    joinCall(own, link, 'Right', [...slots, '--participants', String((participants - speakers - 1) / 2)]),
    joinCall(own, link, 'Last', slots),
  ];
  const everyone = () => {
    for (const p of processes) p.assertRunning();
    return processes.flatMap((p) => [...p.stats.values()]);
  };
  const seen = (member) => (member.name.startsWith('Speaker') ? speakers - 1 : speakers);
  const begun = Date.now();
  const since = () => (Date.now() - begun) / 1000;
  let lastIn = null;
  await until(
    () => {
      const members = everyone();
      const isIn = (m) => m.inCall && m.group.members === participants;
      if (lastIn === null && members.length === participants && members.every(isIn)) lastIn = since();
      const complete = (m) =>
        m.others === participants - 1 && m.group.members === participants && senders(m, 'camera') >= seen(m) && senders(m, 'microphone') >= seen(m);
      const lacking = members.filter((m) => !complete(m));
      if (members.length === participants && lacking.length === 0) return true;
      throw new Error(JSON.stringify({ members: members.length, lacking: lacking.length, one: lacking[0] }));
    },
    `${participants} participants see and hear the ${speakers} who speak`,
    90_000,
  );
  const commits = everyone().reduce((sum, m) => sum + m.group.commits, 0);
  t.diagnostic(
    `figure: ${participants} native participants at once: all in one epoch after ${lastIn.toFixed(1)} s, ` +
      `everybody decrypts whom it has slots for after ${since().toFixed(1)} s, ${commits} commits`,
  );
  assert.ok(commits > 0 && commits < 2 * participants, `${commits} commits: many at once share one`);
  // Frames may come under keys that are still on their way, but not once everybody is in the same epoch.
  const frames = (m) => m.received.reduce((sum, r) => sum + r.frames, 0);
  const shut = (m) => m.framesWithoutKey + m.framesRefused;
  const before = new Map(everyone().map((m) => [m.name, { frames: frames(m), lost: shut(m) }]));
  await until(
    () => everyone().every((m) => frames(m) > before.get(m.name).frames + 10 * fps),
    'all go on decrypting',
    30_000,
  );
  const [{ group }] = everyone();
  for (const m of everyone()) {
    assert.equal(m.framesRefused, 0, `${m.name} got frames that don't authenticate`);
    assert.equal(shut(m), before.get(m.name).lost, `${m.name} could not open frames`);
    assert.deepEqual(
      { epoch: m.group.epoch, members: m.group.members },
      { epoch: group.epoch, members: participants },
      `${m.name} is in the same group`,
    );
  }
  assert.equal((await server.metrics()).vicino_participants, participants);

  const refused = joinCall(own, link, 'Extra', []);
  const { code } = await refused.exit();
  assert.notEqual(code, 0);
  assert.match(refused.errors.join('\n'), /full/);
  assert.equal((await server.metrics()).vicino_participants, participants);
});
