// A member of an MLS group in a worker of its own: web/src/mls with its module, secrets and all. Bytes of MLS messages and
// what was said in them come out, never a key.

import { MlsCore, suites } from '/build/mls_face/mls/index.mjs';

const bytes = (text) => new TextEncoder().encode(text);
const now = Math.floor(Date.now() / 1000);
const lifetime = { notBefore: now - 3600, notAfter: now + 86_400 };

let core, identity, keyPackage, group;

const actions = {
  async load({ module, name, suite }) {
    core = await MlsCore.load(await WebAssembly.compileStreaming(fetch(module)), { acceptsCredential: () => true });
    identity = core.createIdentity(suites[suite], { credential: { type: 'basic', identity: bytes(name) } });
  },
  create: () => void (group = core.createGroup(identity, bytes('group'), lifetime)),
  offer: () => (keyPackage = identity.createKeyPackage(lifetime)).message,
  add(newcomer) {
    const { commit, welcome, next } = group.commit({ proposals: [{ type: 'add', keyPackage: newcomer }] });
    group.release();
    group = next;
    return { commit, welcome };
  },
  join: (welcome) => void (group = core.join(keyPackage, welcome)),
  say: (text) => group.protect(bytes(text)),
  hear: (message) => new TextDecoder().decode(group.receive(message).plaintext),
  // What only the test asks for.
  exported: () => group.exportSecret('test', bytes(''), 32),
};

onmessage = async ({ data: { action, argument } }) => {
  try {
    postMessage({ result: await actions[action](argument) });
  } catch (error) {
    postMessage({ error: error.fault ?? String(error) });
  }
};
