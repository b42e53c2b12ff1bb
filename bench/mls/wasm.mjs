// The same operations as main.cpp, on the same groups, by the WebAssembly module behind web/src/mls:
// node wasm.mjs FIXTURES.
import { readFile } from "node:fs/promises";
import { compile, loadFace, modules } from "../../tests/lib/mls.mjs";
import { measure, unhex } from "./measure.mjs";

const { MlsCore } = await loadFace();
const core = await MlsCore.load(await compile(modules.core), { acceptsCredential: () => true });

const now = Math.floor(Date.now() / 1000);
const lifetime = { notBefore: now - 3600, notAfter: now + 30 * 24 * 3600 };
const suite = 1;
const newIdentity = () =>
  core.createIdentity(suite, { credential: { type: "basic", identity: new TextEncoder().encode("newcomer") } });

// As KeyPackage.save() gives it.
function keyPackageOf(joiner) {
  const parts = [unhex(joiner.key_package)];
  for (const key of [joiner.init_key, joiner.encryption_key, joiner.signature_key])
    parts.push(Uint8Array.of(key.length / 2), unhex(key));
  return core.loadKeyPackage(new Uint8Array(Buffer.concat(parts)));
}

const join = (fixture, which) => core.join(keyPackageOf(fixture.joiners[which]), unhex(fixture.welcome));

/** Both joiners in the group, one of them has committed. */
function enter(fixture) {
  const pair = [join(fixture, 0), join(fixture, 1)];
  for (const message of fixture.messages)
    for (const i of [0, 1]) {
      const received = pair[i].receive(unhex(message));
      if (received.kind === "commit") pair[i] = received.epoch.next;
    }
  if (fixture.shape === "full") {
    const epoch = pair[0].commit();
    pair[1] = pair[1].receive(epoch.commit).epoch.next;
    pair[0] = epoch.next;
  }
  return pair;
}

async function run(fixture, report) {
  const { members } = fixture;
  const full = fixture.shape === "full";
  const named = (name) => (full ? name : `${name}, fresh tree`);
  if (full) await report("join", members, 200, () => join(fixture, 0).release());
  const [one, other] = enter(fixture);
  let message;
  const commit = (options) => {
    const epoch = one.commit(options);
    message = epoch.commit;
    epoch.next.release();
  };
  await report(named("commit"), members, 500, () => commit());
  await report(named("process"), members, 500, () => other.receive(message).epoch.next.release());
  if (!full) return;
  const newcomer = newIdentity().createKeyPackage(lifetime);
  await report("add", members, 500, () => commit({ proposals: [{ type: "add", keyPackage: newcomer.message }] }));
  const text = new Uint8Array(100).fill(120);
  const messages = [];
  await report("protect", members, 1000, () => messages.push(one.protect(text)));
  await report("unprotect", members, messages.length, (i) => other.receive(messages[i]));
  one.release();
  other.release();
}

const report = measure("wasm");
await report("create", 1, 1000, () => {
  const identity = newIdentity();
  core.createGroup(identity, new TextEncoder().encode("benchmark"), lifetime).release();
  identity.release();
});
for (const line of (await readFile(process.argv[2], "utf8")).trim().split("\n")) await run(JSON.parse(line), report);
