// The same operations as main.cpp, on the same groups, by ts-mls (of tests/interop/mls): node ts_mls.mjs FIXTURES.
import { readFileSync } from "node:fs";
import { measure, unhex } from "./measure.mjs";

const {
  createApplicationMessage,
  createCommit,
  createGroup,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPrivateMessage,
  processPublicMessage,
} = await import(new URL("../../tests/interop/mls/node_modules/ts-mls/dist/src/index.js", import.meta.url).href);

const suite = await getCiphersuiteImpl(getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"));
const decode = (bytes) => decodeMlsMessage(bytes, 0)[0];
const publicly = { wireAsPublicMessage: true, ratchetTreeExtension: true };

const capabilities = {
  versions: ["mls10"],
  ciphersuites: [suite.name],
  extensions: [],
  proposals: [],
  credentials: ["basic"],
};
const now = BigInt(Math.floor(Date.now() / 1000));
const lifetime = { notBefore: now - 3600n, notAfter: now + 30n * 24n * 3600n };
const newKeyPackage = () =>
  generateKeyPackage(
    { credentialType: "basic", identity: new TextEncoder().encode("newcomer") },
    capabilities,
    lifetime,
    [],
    suite,
  );

async function join(fixture, which) {
  const { key_package, init_key, encryption_key, signature_key } = fixture.joiners[which];
  const keys = {
    initPrivateKey: unhex(init_key),
    hpkePrivateKey: unhex(encryption_key),
    signaturePrivateKey: unhex(signature_key),
  };
  const own = decode(unhex(key_package)).keyPackage;
  return joinGroup(decode(unhex(fixture.welcome)).welcome, own, keys, emptyPskIndex, suite);
}

async function receive(state, message) {
  const { publicMessage } = decode(message);
  return (await processPublicMessage(state, publicMessage, emptyPskIndex, suite)).newState;
}

async function commit(state, extraProposals = []) {
  const made = await createCommit({ state, cipherSuite: suite }, { ...publicly, extraProposals });
  const message = encodeMlsMessage(made.commit);
  if (made.welcome) encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome: made.welcome });
  return { message, state: made.newState };
}

// Both joiners in the group, one of them has committed.
async function enter(fixture) {
  const pair = [await join(fixture, 0), await join(fixture, 1)];
  for (const message of fixture.messages)
    for (const i of [0, 1]) pair[i] = await receive(pair[i], unhex(message));
  if (fixture.shape === "full") {
    const made = await commit(pair[0]);
    pair[1] = await receive(pair[1], made.message);
    pair[0] = made.state;
  }
  return pair;
}

async function run(fixture, report) {
  const { members } = fixture;
  const full = fixture.shape === "full";
  const named = (name) => (full ? name : `${name}, fresh tree`);
  if (full) await report("join", members, 200, () => join(fixture, 0));
  let [one, other] = await enter(fixture);
  let message;
  await report(named("commit"), members, 500, async () => ({ message } = await commit(one)));
  await report(named("process"), members, 500, () => receive(other, message));
  if (!full) return;
  const { publicPackage } = await newKeyPackage();
  const add = { proposalType: "add", add: { keyPackage: publicPackage } };
  await report("add", members, 500, () => commit(one, [add]));
  const text = new Uint8Array(100).fill(120);
  const messages = [];
  await report("protect", members, 1000, async () => {
    const made = await createApplicationMessage(one, text, suite);
    messages.push(
      encodeMlsMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage: made.privateMessage }),
    );
    one = made.newState;
  });
  await report("unprotect", members, messages.length, async (i) => {
    other = (await processPrivateMessage(other, decode(messages[i]).privateMessage, emptyPskIndex, suite)).newState;
  });
}

const report = measure("ts-mls");
await report("create", 1, 1000, async () => {
  const own = await newKeyPackage();
  await createGroup(new TextEncoder().encode("benchmark"), own.publicPackage, own.privatePackage, [], suite);
});
for (const line of readFileSync(process.argv[2], "utf8").trim().split("\n")) await run(JSON.parse(line), report);
