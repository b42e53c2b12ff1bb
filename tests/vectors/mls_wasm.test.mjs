// The official MLS test vectors (github.com/mlswg/mls-implementations) through src/mls as WebAssembly, with the app's
// own host functions: the passive clients through the API of web/src/mls, the others through the checks of
// apps/mls_vectors.
// node --test tests/vectors/mls_wasm.test.mjs; the vectors: VICINO_VECTORS or ../shared/vectors.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import {
  compile, concat, fromHex, hex, loadFace, loadHostFunctions, modules, notBuilt, opaque, root,
} from '../lib/mls.mjs';

const folder = join(process.env.VICINO_VECTORS ?? join(root, '../shared/vectors'), 'mls');
const noVectors = notBuilt || (existsSync(folder) ? false : `no test vectors at ${folder}`);
const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
const isOurs = ({ cipher_suite: suite }) => suite === 1 || suite === 3;

// How many vectors of each file are for everybody or for one of the suites done here (1 and 3).
const expected = {
  'crypto-basics.json': 2,
  'deserialization.json': 14,
  'key-schedule.json': 2,
  'message-protection.json': 2,
  'messages.json': 300,
  'passive-client-handling-commit.json': 26,
  'passive-client-random.json': 1,
  'passive-client-welcome.json': 16,
  'psk_secret.json': 22,
  'secret-tree.json': 6,
  'transcript-hashes.json': 2,
  'tree-math.json': 10,
  'tree-operations.json': 5,
  'tree-validation.json': 28,
  'treekem.json': 22,
  'welcome.json': 2,
};

class Stopped extends Error {}

/** Runs vectors one by one; an instance that stopped one has an untidy stack, and is replaced. */
class Checker {
  passed = 0;
  skipped = 0;
  #exports;

  constructor(module, hostFunctions) {
    this.module = module;
    this.hostFunctions = hostFunctions;
  }
  async check(vector) {
    this.#exports ??= await this.#instantiate();
    const text = new TextEncoder().encode(JSON.stringify(vector));
    const at = this.#exports.vector_area(text.length);
    new Uint8Array(this.#exports.memory.buffer).set(text, at);
    try {
      this.#exports.check_vector();
      this.passed += 1;
    } catch (error) {
      this.#exports = undefined;
      if (!(error instanceof Stopped)) throw error;
      this.skipped += 1;
    }
  }
  async #instantiate() {
    let memory;
    const text = (at, size) => Buffer.from(memory.buffer, at, size).toString();
    const { exports } = await WebAssembly.instantiate(this.module, this.#imports(text, () => new Uint8Array(memory.buffer)));
    memory = exports.memory;
    exports._initialize();
    return exports;
  }
  #imports(text, memory) {
    const imports = {
      vicino: this.hostFunctions(memory),
      vectors: {
        failed: (at, size) => assert.fail(text(at, size)),
        skipped: (at, size) => {
          throw new Stopped(text(at, size));
        },
      },
    };
    for (const { module: from, name } of WebAssembly.Module.imports(this.module))
      if (!(from in imports) || from === 'wasi_snapshot_preview1') (imports[from] ??= {})[name] = () => 0;
    return imports;
  }
}

let module, hostFunctions, face, coreModule;
before(async () => {
  if (noVectors) return;
  [module, coreModule, hostFunctions, face] = await Promise.all([
    compile(modules.vectors), compile(modules.core), loadHostFunctions(), loadFace(),
  ]);
});

test('there are vectors of every kind', { skip: noVectors }, () => {
  assert.deepEqual(readdirSync(folder).filter((file) => file.endsWith('.json')).sort(), Object.keys(expected).sort());
});

const isClient = (file) => file.startsWith('passive-client');

for (const [file, count] of Object.entries(expected)) {
  if (isClient(file)) continue;
  test(`${file} in WebAssembly`, { skip: noVectors }, async () => {
    const checker = new Checker(module, hostFunctions);
    for (const vector of read(file)) await checker.check(vector);
    assert.equal(checker.passed, count);
  });
}

/** Added to a group and following it without ever speaking. */
function follow(core, vector) {
  for (const psk of vector.external_psks) core.putPsk(fromHex(psk.psk_id), fromHex(psk.psk));
  const keys = [vector.init_priv, vector.encryption_priv, vector.signature_priv];
  const own = core.loadKeyPackage(concat(fromHex(vector.key_package), ...keys.map((key) => opaque(fromHex(key)))));
  const ratchetTree = vector.ratchet_tree === null ? {} : { ratchetTree: fromHex(vector.ratchet_tree) };
  let group = core.join(own, fromHex(vector.welcome), ratchetTree);
  assert.equal(hex(group.epochAuthenticator()), vector.initial_epoch_authenticator);
  for (const epoch of vector.epochs) {
    for (const proposal of epoch.proposals) assert.equal(group.receive(fromHex(proposal)).kind, 'proposal');
    const received = group.receive(fromHex(epoch.commit));
    assert.equal(received.kind, 'commit');
    group.release();
    group = received.epoch.next;
    assert.equal(hex(group.epochAuthenticator()), epoch.epoch_authenticator);
  }
  // What is saved and loaded is the same.
  const again = core.loadGroup(group.save());
  assert.deepEqual(again.state(), group.state());
  assert.deepEqual(again.epochAuthenticator(), group.epochAuthenticator());
  again.release();
  group.release();
}

for (const [file, count] of Object.entries(expected)) {
  if (!isClient(file)) continue;
  test(`${file} through the API`, { skip: noVectors }, async () => {
    const core = await face.MlsCore.load(coreModule, { acceptsCredential: () => true });
    // The vectors were made without these limits.
    core.setRules({
      maxLifetime: 2n ** 64n - 1n,
      externalRemove: 'allowed',
      externalSenderProposals: ['add', 'remove', 'psk', 'reinit', 'group_context_extensions'],
    });
    const vectors = read(file).filter(isOurs);
    for (const vector of vectors) follow(core, vector);
    assert.equal(vectors.length, count);
  });
}
