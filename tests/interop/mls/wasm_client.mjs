// A member of a group that runs this project's client in WebAssembly, with the same calls as ts_mls_client.mjs.
import { compile, loadFace, modules } from '../../lib/mls.mjs';

const encoder = new TextEncoder();
const [face, module] = await Promise.all([loadFace(), compile(modules.core)]);

export class WasmClient {
  kind = 'wasm';

  static async make(suite, name, settings) {
    const client = new WasmClient();
    client.name = name;
    client.settings = settings;
    client.core = await face.MlsCore.load(module, { acceptsCredential: (check) => client.#accepts(check) });
    client.core.setRules({ externalRemove: 'allowed' });
    const capabilities = {
      versions: [1], suites: [1, 3], extensions: settings.extensionTypes, proposals: [], credentials: [1],
    };
    const credential = { type: 'basic', identity: encoder.encode(name) };
    client.identity = client.core.createIdentity(suite, { credential, capabilities });
    return client;
  }

  /** Everybody, as long as nobody turns into somebody else. */
  #accepts({ credential, previous }) {
    return !previous || Buffer.compare(credential.identity, previous.credential.identity) === 0;
  }

  putPsk(id, secret) {
    this.core.putPsk(id, secret);
  }
  keyPackage() {
    this.own = this.identity.createKeyPackage(this.settings.lifetime);
    return this.own.message;
  }
  create(groupId) {
    this.group = this.core.createGroup(this.identity, groupId, this.settings.lifetime);
  }
  join(welcome, ratchetTree) {
    this.group?.release();
    this.group = this.core.join(this.own, welcome, ratchetTree ? { ratchetTree } : {});
  }
  joinExternal(groupInfo, options = {}) {
    const epoch = this.core.joinExternal(this.identity, groupInfo, options);
    this.group?.release();
    this.group = epoch.next;
    return epoch.commit;
  }
  groupInfo() {
    return this.group.groupInfo();
  }
  ratchetTree() {
    return this.group.ratchetTree();
  }
  propose(proposal, options) {
    return proposal.type === 'update' ? this.group.proposeUpdate(options) : this.group.propose(proposal, options);
  }
  commit(options) {
    const epoch = this.group.commit(options);
    this.group.release();
    this.group = epoch.next;
    return epoch;
  }
  /** A proposal or a commit. False: this member was removed. */
  receive(bytes) {
    const received = this.group.receive(bytes);
    if (received.kind !== 'commit') return true;
    this.group.release();
    this.group = received.epoch.next;
    return this.group !== undefined;
  }
  protect(plaintext) {
    return this.group.protect(plaintext, { padding: plaintext.length % 7 });
  }
  open(bytes) {
    return this.group.receive(bytes).plaintext;
  }
  leaf() {
    return this.group.state().self;
  }
  /** From a state that was saved and loaded, now and then. */
  restart() {
    const saved = this.group.save();
    this.group.release();
    this.group = this.core.loadGroup(saved);
  }
  view(label, context, size) {
    const { epoch, treeHash, confirmedTranscriptHash } = this.group.state();
    return {
      epoch,
      treeHash,
      confirmedTranscriptHash,
      epochAuthenticator: this.group.epochAuthenticator(),
      exported: this.group.exportSecret(label, context, size),
    };
  }
}
