// What is measured of the WebAssembly module, on the groups main.cpp made; runs in Node and in a page alike.
import { unhex } from "./measure.mjs";

const now = Math.floor(Date.now() / 1000);
const lifetime = { notBefore: now - 3600, notAfter: now + 30 * 24 * 3600 };
const suite = 1;
const newIdentity = (core) =>
  core.createIdentity(suite, { credential: { type: "basic", identity: new TextEncoder().encode("newcomer") } });

// As KeyPackage.save() gives it.
function keyPackageOf(core, joiner) {
  const parts = [...unhex(joiner.key_package)];
  for (const key of [joiner.init_key, joiner.encryption_key, joiner.signature_key])
    parts.push(key.length / 2, ...unhex(key));
  return core.loadKeyPackage(Uint8Array.from(parts));
}

const join = (core, fixture, which) => core.join(keyPackageOf(core, fixture.joiners[which]), unhex(fixture.welcome));

/** Both joiners in the group, one of them has committed. */
function enter(core, fixture) {
  const pair = [join(core, fixture, 0), join(core, fixture, 1)];
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

/** Everything of one group; `report` is what measure() gives. */
export async function measureGroup(core, fixture, report) {
  const { members } = fixture;
  const full = fixture.shape === "full";
  const named = (name) => (full ? name : `${name}, fresh tree`);
  if (full) await report("join", members, 200, () => join(core, fixture, 0).release());
  const [one, other] = enter(core, fixture);
  let message;
  const commit = (options) => {
    const epoch = one.commit(options);
    message = epoch.commit;
    epoch.next.release();
  };
  await report(named("commit"), members, 500, () => commit());
  await report(named("process"), members, 500, () => other.receive(message).epoch.next.release());
  if (full) {
    const newcomer = newIdentity(core).createKeyPackage(lifetime);
    await report("add", members, 500, () => commit({ proposals: [{ type: "add", keyPackage: newcomer.message }] }));
    const text = new Uint8Array(100).fill(120);
    const messages = [];
    await report("protect", members, 1000, () => messages.push(one.protect(text)));
    await report("unprotect", members, messages.length, (i) => other.receive(messages[i]));
  }
  one.release();
  other.release();
}

/** What takes no group of others. */
export async function measureCreate(core, report) {
  await report("create", 1, 1000, () => {
    const identity = newIdentity(core);
    core.createGroup(identity, new TextEncoder().encode("benchmark"), lifetime).release();
    identity.release();
  });
}
