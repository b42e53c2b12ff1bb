// A media path that changes or falls silent is repaired without leaving: the same stay, the same epoch, no new connection
// to the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audioClip, videoClip } from '../lib/clips.mjs';
import { owner } from '../lib/owner.mjs';
import { startBehindRelay } from '../lib/relay.mjs';
import { until } from '../lib/until.mjs';
import { joinCall, untilAllSee, untilTogether } from '../lib/vicino.mjs';

async function startCall(own) {
  const { server, relay } = await startBehindRelay(own, { delay: '10ms' });
  const link = await server.newRoom(own);
  const clips = ['--publish', await videoClip('vp8'), '--audio', await audioClip()];
  const call = ['Ada', 'Bo'].map((name) => joinCall(own, link, name, clips));
  await untilTogether(call);
  await untilAllSee(call, { more: 20 });
  return { server, relay, call, epoch: call[0].latest.group.epoch };
}

// Since startCall nobody has left, come back or needed a fresh connection of any kind.
async function assertSameStay({ server, call, epoch }) {
  for (const { latest } of call) {
    assert.equal(latest.reconnects, 0);
    assert.equal(latest.group.epoch, epoch);
    assert.equal(latest.framesRefused, 0);
  }
  const { vicino_joins_total: joins, vicino_resumes_total: resumes } = await server.metrics();
  assert.deepEqual({ joins, resumes }, { joins: 2, resumes: 0 });
}

test('clients whose address changes on the way are followed', async (t) => {
  const own = owner(t);
  const started = await startCall(own);
  await started.relay.say('rebind');
  const before = performance.now();
  await untilAllSee(started.call, { more: 5 });
  t.diagnostic(`everybody sees everybody ${((performance.now() - before) / 1000).toFixed(2)} s after the change`);
  await assertSameStay(started);
});

test('after an outage media is back by ICE restart, from another address', async (t) => {
  const own = owner(t);
  const started = await startCall(own);
  await started.relay.say('block');
  await until(() => started.call.every(({ latest }) => latest.iceRestarts >= 2), 'both try to repair the path');
  await started.relay.say('rebind');
  await started.relay.say('unblock');
  const before = performance.now();
  await untilAllSee(started.call, { more: 5 });
  t.diagnostic(`everybody sees everybody ${((performance.now() - before) / 1000).toFixed(2)} s after the path is back`);
  await assertSameStay(started);
});
