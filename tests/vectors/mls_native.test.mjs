// The official MLS test vectors through the native tool, and that the tool can fail.
// node --test tests/vectors/mls_native.test.mjs; the vectors: VICINO_VECTORS or ../shared/vectors.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const tool = join(root, process.env.VICINO_BUILD ?? 'build/release', 'apps/mls_vectors/vicino-mls-vectors');
const folder = join(process.env.VICINO_VECTORS ?? join(root, '../shared/vectors'), 'mls');

const run = (path) => spawnSync(tool, [path], { encoding: 'utf8' });

test('every official vector of the suites done here passes', (t) => {
  if (!existsSync(folder)) return t.diagnostic(`absent: ${folder}`);
  const { status, stdout } = run(folder);
  assert.equal(status, 0, stdout);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed, \d+ skipped$/m.exec(stdout);
  assert.equal(Number(failed), 0);
  assert.ok(Number(passed) >= 460, stdout);
  for (const line of stdout.trim().split('\n').slice(0, -1)) assert.match(line, /^skipped \d+: .*cipher suite [24567]$/);
  t.diagnostic(stdout.trim().split('\n').pop());
});

test('a wrong vector fails, an unknown format is skipped with a reason, an empty folder is an error', (t) => {
  const own = mkdtempSync(join(tmpdir(), 'vicino-vectors-'));
  t.after(() => rmSync(own, { recursive: true }));
  assert.equal(run(own).status, 2);
  writeFileSync(join(own, 'right.json'), '[{"vlbytes_header": "1a", "length": 26}]');
  writeFileSync(join(own, 'unknown.json'), '[{"something": "else"}]');
  assert.equal(run(own).status, 0);
  assert.match(run(own).stdout, /skipped 1: unknown\.json: not a format this tool knows\n1 passed, 0 failed, 1 skipped/);
  writeFileSync(join(own, 'wrong.json'), '[{"vlbytes_header": "1a", "length": 27}]');
  assert.equal(run(own).status, 1);
  assert.match(run(own).stdout, /FAILED wrong\.json 0 \(deserialization\): length\n/);
});
