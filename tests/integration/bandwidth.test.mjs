// What the path to a client carries decides what it is sent, and its interface knows why something is missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { startBehindRelay } from '../lib/relay.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, untilAllSee, untilTogether } from '../lib/vicino.mjs';

const patience = 60_000;

const untilCamera = (participant, name, state) =>
  until(
    () => {
      if (participant.sees(name)?.camera === state) return true;
      throw new Error(JSON.stringify(participant.latest?.people));
    },
    `${participant.nickname} says "${state}" of ${name}'s camera`,
    patience,
  );

async function callBehindRelay(own) {
  const { server, relay } = await startBehindRelay(own);
  const link = await server.newRoom(own);
  // Long packets of audio, so that two headers of three don't count.
  const clips = ['--publish', await videoClip('vp8', { kbps: 400 }), '--audio', await audioClip({ packetMilliseconds: 60 })];
  const call = [joinCall(own, link, 'Ada', clips)];
  await until(() => call[0].latest?.inCall, 'Ada is in the call');
  call.push(joinCall(own, link, 'Bo', clips));
  await untilTogether(call);
  await untilAllSee(call);
  return { server, relay, call };
}

test('a path for audio alone holds video back and says so; a wider one brings it back', async (t) => {
  const own = owner(t);
  const { server, relay, call } = await callBehindRelay(own);
  const [ada, bo] = call;
  await relay.set({ 'down-rate': '64k' });
  await untilCamera(ada, 'Bo', 'pausedForBandwidth');
  await untilCamera(bo, 'Ada', 'pausedForBandwidth');
  await untilAllSee(call, { source: 'microphone', more: 50 });
  for (const [p, other] of [[ada, 'Bo'], [bo, 'Ada']]) {
    assert.equal(p.sees(other).microphone, 'flowing');
    assert.equal(p.sees(other).camera, 'pausedForBandwidth', 'all the while');
  }
  const metrics = await server.metrics();
  assert.equal(metrics.vicino_slots_held_back, 2);
  assert.equal(metrics.vicino_downlinks, 2);
  assert.ok(metrics.vicino_downlink_bits_per_second < 2 * 100_000, JSON.stringify(metrics));
  await relay.set({ 'down-rate': '5M' });
  await untilCamera(ada, 'Bo', 'flowing');
  await untilCamera(bo, 'Ada', 'flowing');
  await untilAllSee(call);
});

test('who watches nothing makes the others send nothing', async (t) => {
  const own = owner(t);
  const { call } = await callBehindRelay(own);
  const [ada, bo] = call;
  assert.notEqual(ada.latest.watched?.length, 0, 'Bo watches Ada');
  bo.command('leave');
  await until(() => ada.latest.watched?.length === 0, 'nobody watches Ada');
  const clips = ['--publish', await videoClip('vp8', { kbps: 400 })];
  const cy = joinCall(own, ada.latest.room.link, 'Cy', clips);
  await untilTogether([ada, cy]);
  await until(() => ada.latest.watched?.length === 1, 'Cy watches Ada');
  assert.deepEqual(ada.latest.watched, [{ source: 'camera', rid: '' }]);
  await untilAllSee([ada, cy]);
});

test('a poor uplink is told to all', async (t) => {
  const own = owner(t);
  const { relay, call } = await callBehindRelay(own);
  await relay.set({ 'up-loss': '15%' });
  for (const p of call) {
    await until(() => p.latest.poorUplinks.some(({ lostPermille }) => lostPermille >= 50), `${p.nickname} hears of it`, patience);
  }
  await relay.set({ 'up-loss': '0%' });
  for (const p of call) {
    await until(() => p.latest.poorUplinks.length === 0, `${p.nickname} hears that it is over`, patience);
  }
});
