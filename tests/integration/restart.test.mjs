// The server goes, asked or not, and comes back: everybody returns by themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { until } from '../lib/until.mjs';
import { freeUdpPort, joinCall, startServer, untilAllSee, untilTogether } from '../lib/vicino.mjs';

async function begin(own, flags = {}) {
  const fixed = {
    '--data-folder': own.folder(),
    '--media-port': await freeUdpPort(),
    '--media-workers': 1,
    ...flags,
  };
  const server = await startServer(own, fixed);
  const link = await server.newRoom(own);
  const clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
  const call = ['Ada', 'Bo', 'Cy'].map((name) => joinCall(own, link, name, clips));
  await untilAllSee(call);
  await untilTogether(call);
  const again = () => startServer(own, { ...fixed, '--http-port': server.port });
  return { server, call, again, link };
}

test('killed and started again, it has everybody back', async (t) => {
  const own = owner(t);
  const { server, call, again, link } = await begin(own);
  const before = call[0].latest.group;
  await server.kill();
  await until(() => call.every((p) => !p.latest.inCall), 'everybody notices');
  const returned = await again();
  const back = Date.now();
  await untilAllSee(call, { timeout: 20_000 });
  await untilAllSee(call, { source: 'microphone', timeout: 5_000 });
  t.diagnostic(`frames flow again ${((Date.now() - back) / 1000).toFixed(1)} s after the start`);
  for (const participant of call) {
    assert.equal(participant.latest.reconnects, 1);
    // The group was kept too: nobody had to join it again, and nobody changed it.
    assert.deepEqual(participant.latest.group, { ...participant.latest.group, epoch: before.epoch, members: 3, resyncs: 0 });
  }
  assert.equal((await returned.metrics()).vicino_participants, 3);

  // The room was kept: another secret still isn't let in.
  const outside = joinCall(own, link.replace(/#.{4}/, '#AAAA'), 'Eve');
  assert.equal((await outside.exit()).code, 1);
});

test('asked to end, it ends in time, with 0; when it is back, so is everybody', async (t) => {
  const own = owner(t);
  const drain = 3;
  const { server, call, again } = await begin(own, { '--shutdown-drain-seconds': drain });
  const asked = Date.now();
  server.signal('SIGTERM');
  assert.deepEqual(await server.exit((drain + 2) * 1000), { code: 0, signal: null });
  t.diagnostic(`ended ${((Date.now() - asked) / 1000).toFixed(1)} s after SIGTERM`);
  await again();
  await untilAllSee(call);
  await untilTogether(call);
});

test('a participant that dies is gone for the others after the grace time', async (t) => {
  const own = owner(t);
  const { server, call } = await begin(own, { '--limits-resume-grace-seconds': 2 });
  const [, , third] = call;
  third.signal('SIGKILL');
  await third.whenEnded;
  const rest = call.slice(0, 2);
  const { epoch } = rest[0].latest.group;
  await until(() => rest.every((p) => p.latest.others === 1), 'it is gone');
  await untilTogether(rest);
  assert.ok(rest[0].latest.group.epoch > epoch, 'the keys that the dead one had are out of use');
  await untilAllSee(rest);
  assert.equal((await server.metrics()).vicino_participants, 2);
});
