// The load generator against this server: every packet arrives, in order, with the right content.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../lib/child.mjs';
import { owner } from '../lib/owner.mjs';
import { bareEnvironment, startServer, vicinoLoad } from '../lib/vicino.mjs';

const options = (flags) => Object.entries(flags).flatMap(([flag, value]) => (value === true ? [flag] : [flag, String(value)]));

// The lines of one run, by type.
async function load(own, server, scenario, flags) {
  const args = [scenario, ...options({ '--server': server.url, '--server-pid': server.pid, '--warmup': 0.5, ...flags })];
  const { code, lines, errors } = await run(own, vicinoLoad, args, { env: bareEnvironment });
  const read = lines.map((line) => JSON.parse(line));
  return { code, errors, result: read.find((line) => line.type === 'result'), intervals: read.filter((line) => line.type === 'interval') };
}

function assertPerfect({ code, errors, result }, { publishers, subscribers }) {
  assert.equal(code, 0, errors.join('\n'));
  assert.deepEqual(result.connected, { publishers, subscribers, lost: 0, failed: 0 });
  const { expected, received, lost, reordered, duplicate, bad_stamp, unauthenticated } = result;
  assert.ok(expected > 0);
  assert.deepEqual(
    { received, lost, reordered, duplicate, bad_stamp, unauthenticated },
    { received: expected, lost: 0, reordered: 0, duplicate: 0, bad_stamp: 0, unauthenticated: 0 },
  );
  assert.ok(result.delay_us.p50 > 0 && result.delay_us.p99 >= result.delay_us.p50);
  assert.ok(result.join_ms.p50 > 0);
  assert.ok(result.server.resident_kib > 0 && result.generator.cpu_seconds > 0);
}

test('a livestream reaches all viewers whole', async (t) => {
  const own = owner(t);
  const server = await startServer(own);
  const done = await load(own, server, 'livestream', { '--subscribers': 5, '--bitrate': 1_000_000, '--duration': 2, '--interval': 1 });
  assertPerfect(done, { publishers: 1, subscribers: 5 });
  assert.equal(done.result.expected, 5 * done.result.sent);
  assert.equal(done.result.srtp_tag_bytes, 16, 'AES-GCM');
  assert.ok(done.intervals.length >= 1 && done.intervals[0].received > 0);
  const { vicino_participants: left } = await server.metrics();
  assert.equal(left, 0, 'everybody has left');
});

test('a room on two workers is whole for everybody on both', async (t) => {
  const own = owner(t);
  const server = await startServer(own, { '--media-workers': 2, '--media-members-per-worker': 3 });
  const done = await load(own, server, 'livestream', { '--subscribers': 11, '--bitrate': 1_000_000, '--duration': 2 });
  assertPerfect(done, { publishers: 1, subscribers: 11 });
  assert.equal(done.result.expected, 11 * done.result.sent);
  const { vicino_relayed_in_total: relayed, vicino_relay_drops_total: dropped } = await server.metrics();
  assert.ok(relayed >= done.result.sent, `${relayed} packets were relayed`);
  assert.equal(dropped, 0);
});

test('in meetings everybody gets the others and nobody of another room', async (t) => {
  const own = owner(t);
  const server = await startServer(own, { '--media-workers': 2 });
  const done = await load(own, server, 'meeting', { '--rooms': 2, '--publishers': 3, '--bitrate': 300_000, '--duration': 2 });
  assertPerfect(done, { publishers: 6, subscribers: 6 });
  assert.equal(done.result.expected, 2 * done.result.sent);
});

test('one simulcast layer at a time reaches a viewer, with the SRTP profiles of browsers', async (t) => {
  const own = owner(t);
  const server = await startServer(own);
  const done = await load(own, server, 'livestream', { '--subscribers': 2, '--layers': 3, '--bitrate': 1_000_000, '--duration': 2, '--default-srtp': true });
  assertPerfect(done, { publishers: 1, subscribers: 2 });
  assert.ok(done.result.expected < 2 * done.result.sent);
});

test('what is wrong is said with what to do', async (t) => {
  const own = owner(t);
  const server = await startServer(own, { '--open-room': 'lobby-0=secret', '--limits-participants-per-open-room': 3 });
  const refused = async (flags, message) => {
    const { code, errors, result } = await load(own, server, 'livestream', { '--subscribers': 1, '--duration': 0.2, ...flags });
    assert.equal(code, 1, JSON.stringify(flags));
    assert.equal(result, undefined);
    assert.match(errors.at(-1), message);
  };
  await refused({ '--server': 'http://127.0.0.1:1' }, /can't be reached.*is it running/);
  await refused({ '--keep-rooms': true, '--room-name': 'nowhere' }, /404.*--open-room/);
  await refused({ '--room-name': 'lobby', '--token': 'wrong' }, /401.*--token/);
  await refused({ '--subscribers': 5 }, /The room is full.*--limits-participants-per-open-room/);
});
