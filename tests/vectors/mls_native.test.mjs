// The official MLS test vectors through the native tool, and that the tool can fail.
// node --test tests/vectors/mls_native.test.mjs; the vectors: VICINO_VECTORS or ../shared/vectors.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const tool = join(root, process.env.VICINO_BUILD ?? 'build/release', 'apps/mls_vectors/vicino-mls-vectors');
const folder = join(process.env.VICINO_VECTORS ?? join(root, '../shared/vectors'), 'mls');

const run = (path) => spawnSync(tool, [path], { encoding: 'utf8', maxBuffer: 2 ** 28 });

test('every official vector of the suites done here passes', (t) => {
  if (!existsSync(folder)) return t.skip(`no test vectors at ${folder}`);
  const { status, stdout } = run(folder);
  assert.equal(status, 0, stdout);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed, \d+ skipped$/m.exec(stdout);
  assert.equal(Number(failed), 0);
  assert.ok(Number(passed) >= 460, stdout);
  for (const line of stdout.trim().split('\n').slice(0, -1)) assert.match(line, /^skipped \d+: .*cipher suite [24567]$/);
  t.diagnostic(stdout.trim().split('\n').pop());
});

/** A folder with these files, and what the tool says of it. */
function runOn(t, files) {
  const own = mkdtempSync(join(tmpdir(), 'vicino-vectors-'));
  t.after(() => rmSync(own, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const { status, stdout } = run(own);
  return { status, lines: stdout.trim().split('\n'), own };
}

const right = { vlbytes_header: '1a', length: 26 };
const wrong = { vlbytes_header: '1a', length: 27 };

test('a wrong vector fails, with its place', (t) => {
  const { status, lines } = runOn(t, { 'right.json': [right], 'deep/below/wrong.json': [right, wrong] });
  assert.equal(status, 1);
  assert.deepEqual(lines, ['FAILED deep/below/wrong.json 1 (deserialization): length', '2 passed, 1 failed, 0 skipped']);
});

test('files of any name are run; what isn’t a vector is skipped with a reason', (t) => {
  const { status, lines } = runOn(t, {
    'vectors': [right], 'vectors.JSON': right, 'unknown.json': [{ something: 'else' }], 'none.json': [], 'README.md': '# Vectors',
  });
  assert.equal(status, 0);
  assert.deepEqual(lines, [
    'skipped 1: README.md: not JSON',
    'skipped 1: none.json: no vectors in it',
    'skipped 1: unknown.json: not a format this tool knows',
    '2 passed, 0 failed, 3 skipped',
  ]);
});

test('vectors that are all skipped are no failure', (t) => {
  const { status, lines } = runOn(t, { 'suite.json': [{ cipher_suite: 7, psks: [], psk_secret: '' }] });
  assert.equal(status, 0);
  assert.deepEqual(lines, ['skipped 1: psk_secret: cipher suite 7', '0 passed, 0 failed, 1 skipped']);
});

test('nothing to run is said, and counted too', (t) => {
  const empty = runOn(t, {});
  assert.equal(empty.status, 2);
  assert.deepEqual(empty.lines, [`no files in ${empty.own}`, '0 passed, 0 failed, 0 skipped']);
  const missing = run(join(empty.own, 'nowhere'));
  assert.equal(missing.status, 2);
  assert.match(missing.stdout, /nowhere: No such file or directory\n.*\n0 passed, 0 failed, 0 skipped\n$/);
});

test('vectors that make no sense fail one by one, and the rest is run', (t) => {
  const long = '00'.repeat(65);
  const { status, lines } = runOn(t, {
    'damaged.json': [
      { cipher_suite: 1, initial_init_secret: long, group_id: '', epochs: [] },
      { cipher_suite: 1, sender_data: { sender_data_secret: '00', ciphertext: '' }, encryption_secret: '00', leaves: [] },
      { cipher_suite: 1, psks: [{ psk_id: 'xyz', psk: '', psk_nonce: '' }], psk_secret: '' },
      { cipher_suite: 'one', psks: [], psk_secret: '' },
      { n_leaves: 0, n_nodes: 0, root: 0, sibling: [] },
      { cipher_suite: 1, tree_before: '00', tree_after: '', proposal_sender: 4294967295 },
      right,
    ],
  });
  assert.equal(status, 1);
  assert.equal(lines.at(-1), '1 passed, 6 failed, 0 skipped', lines.join('\n'));
});

test('official vectors with something damaged never end the run', (t) => {
  if (!existsSync(folder)) return t.skip(`no test vectors at ${folder}`);
  const files = {};
  let damaged = 0;
  for (const file of readdirSync(folder)) {
    const vectors = JSON.parse(readFileSync(join(folder, file), 'utf8')).filter(({ cipher_suite: suite = 1 }) => suite === 1);
    const small = vectors.filter((vector) => JSON.stringify(vector).length < 100_000);
    if (small.length === 0) continue; // that client's one vector is long
    files[file] = small.slice(0, 2).flatMap((vector) => damages(vector));
    damaged += files[file].length;
  }
  const { status, lines } = runOn(t, files);
  assert.equal(status, 1);
  const [, ...counts] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(lines.at(-1)).map(Number);
  assert.equal(counts.reduce((sum, count) => sum + count), damaged);
});

/** The vector once for every value in it (but for long lists, their first ones), with that value replaced. */
function damages(vector) {
  const results = [];
  const walk = (value, replaced) => {
    if (value !== null && typeof value === 'object') {
      for (const key of Object.keys(value).slice(0, Array.isArray(value) ? 2 : undefined))
        walk(value[key], (other) => replaced(Object.assign(Array.isArray(value) ? [...value] : { ...value }, { [key]: other })));
      results.push(replaced(Array.isArray(value) ? [] : {}));
    }
    for (const other of ['', '00'.repeat(65), 'f'.repeat(64), 4294967295, 1e19, null]) results.push(replaced(other));
  };
  walk(vector, (changed) => changed);
  return results;
}
