// A member of a group that runs ts-mls (npm), with the same calls as wasm_client.mjs.
import {
  acceptAll, bytesToBase64, createApplicationMessage, createCommit, createGroup, createProposal, decodeMlsMessage,
  encodeMlsMessage, generateKeyPackageWithKey, getCiphersuiteFromName, getCiphersuiteImpl, joinGroup, joinGroupExternal,
  makePskIndex, mlsExporter, processPrivateMessage, processPublicMessage,
} from 'ts-mls';
import { createGroupInfo } from 'ts-mls/createCommit.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';

const suiteNames = {
  1: 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519',
  3: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
};
const version = 'mls10';
const keySize = 32;

/** ts-mls has the external_pub extension's key without the length that RFC 9420 section 12.4.3.2 puts before it. */
const withLength = (key) => Uint8Array.of(keySize, ...key);
const withoutLength = (key) => (key.length === keySize + 1 && key[0] === keySize ? key.subarray(1) : key);

async function suiteOf(suite) {
  const cs = await getCiphersuiteImpl(getCiphersuiteFromName(suiteNames[suite]));
  return { ...cs, hpke: { ...cs.hpke, importPublicKey: (key) => cs.hpke.importPublicKey(withoutLength(key)) } };
}

const message = (content) => encodeMlsMessage({ version, ...content });

function decode(bytes) {
  const decoded = decodeMlsMessage(bytes, 0);
  if (!decoded || decoded[1] !== bytes.length) throw new Error('ts-mls cannot decode an MLSMessage');
  return decoded[0];
}

export class TsMlsClient {
  kind = 'ts-mls';
  #psks = {};

  static async make(suite, name, settings) {
    const client = new TsMlsClient();
    client.name = name;
    client.settings = settings;
    client.cs = await suiteOf(suite);
    client.signatureKeys = await client.cs.signature.keygen();
    return client;
  }

  putPsk(id, secret) {
    this.#psks[bytesToBase64(id)] = secret;
  }
  get #pskIndex() {
    return makePskIndex(this.state, this.#psks);
  }

  async #makeKeyPackage() {
    const { extensionTypes, lifetime } = this.settings;
    const capabilities = {
      versions: [version],
      ciphersuites: Object.values(suiteNames),
      extensions: extensionTypes,
      proposals: [],
      credentials: ['basic'],
    };
    this.own = await generateKeyPackageWithKey(
      { credentialType: 'basic', identity: new TextEncoder().encode(this.name) },
      capabilities,
      { notBefore: BigInt(lifetime.notBefore), notAfter: BigInt(lifetime.notAfter) },
      [], this.signatureKeys, this.cs,
    );
    return this.own;
  }

  async keyPackage() {
    const { publicPackage } = await this.#makeKeyPackage();
    return message({ wireformat: 'mls_key_package', keyPackage: publicPackage });
  }

  async create(groupId) {
    const { publicPackage, privatePackage } = await this.#makeKeyPackage();
    this.state = await createGroup(groupId, publicPackage, privatePackage, [], this.cs);
  }

  async join(welcome, tree) {
    const { publicPackage, privatePackage } = this.own;
    const ratchetTree = tree && decodeRatchetTree(tree, 0)[0];
    this.state = undefined;
    this.state = await joinGroup(
      decode(welcome).welcome, publicPackage, privatePackage, this.#pskIndex, this.cs, ratchetTree,
    );
  }

  async joinExternal(groupInfo, { replaces } = {}) {
    const { publicPackage, privatePackage } = await this.#makeKeyPackage();
    const { publicMessage, newState } = await joinGroupExternal(
      decode(groupInfo).groupInfo, publicPackage, privatePackage, replaces !== undefined, this.cs,
    );
    this.state = newState;
    return message({ wireformat: 'mls_public_message', publicMessage });
  }

  async groupInfo() {
    const { cs, state } = this;
    const keys = await cs.hpke.deriveKeyPair(state.keySchedule.externalSecret);
    const key = await cs.hpke.exportPublicKey(keys.publicKey);
    const extensions = [
      { extensionType: 'external_pub', extensionData: withLength(key) },
      { extensionType: 'ratchet_tree', extensionData: this.ratchetTree() },
    ];
    const groupInfo = await createGroupInfo(state.groupContext, state.confirmationTag, state, extensions, cs);
    return message({ wireformat: 'mls_group_info', groupInfo });
  }

  ratchetTree() {
    return encodeRatchetTree(this.state.ratchetTree);
  }

  #proposal(proposal) {
    switch (proposal.type) {
      case 'add':
        return { proposalType: 'add', add: { keyPackage: decode(proposal.keyPackage).keyPackage } };
      case 'remove':
        return { proposalType: 'remove', remove: { removed: proposal.leaf } };
      case 'psk': {
        const pskNonce = this.cs.rng.randomBytes(this.cs.kdf.size);
        return {
          proposalType: 'psk', psk: { preSharedKeyId: { psktype: 'external', pskId: proposal.psk.id, pskNonce } },
        };
      }
      case 'group_context_extensions': {
        const extensions = proposal.extensions.map(({ type, data }) => ({ extensionType: type, extensionData: data }));
        return { proposalType: 'group_context_extensions', groupContextExtensions: { extensions } };
      }
      default:
        throw new Error(`ts-mls cannot propose ${proposal.type}`);
    }
  }

  async propose(proposal, { encrypted }) {
    const made = await createProposal(this.state, !encrypted, this.#proposal(proposal), this.cs);
    this.state = made.newState;
    return encodeMlsMessage(made.message);
  }

  async commit({ proposals = [], encrypted, treeInWelcome }) {
    const made = await createCommit(
      { state: this.state, cipherSuite: this.cs, pskIndex: this.#pskIndex },
      {
        wireAsPublicMessage: !encrypted,
        extraProposals: proposals.map((proposal) => this.#proposal(proposal)),
        ratchetTreeExtension: treeInWelcome,
      },
    );
    this.state = made.newState;
    const { welcome } = made;
    return {
      commit: encodeMlsMessage(made.commit),
      welcome: welcome && message({ wireformat: 'mls_welcome', welcome }),
    };
  }

  /** A proposal or a commit. False: this member was removed. */
  async receive(bytes) {
    const received = decode(bytes);
    const result =
      received.wireformat === 'mls_public_message'
        ? await processPublicMessage(this.state, received.publicMessage, this.#pskIndex, this.cs, acceptAll)
        : await processPrivateMessage(this.state, received.privateMessage, this.#pskIndex, this.cs, acceptAll);
    this.state = result.newState;
    return this.state.groupActiveState.kind !== 'removedFromGroup';
  }

  async protect(plaintext) {
    const made = await createApplicationMessage(this.state, plaintext, this.cs);
    this.state = made.newState;
    return message({ wireformat: 'mls_private_message', privateMessage: made.privateMessage });
  }

  async open(bytes) {
    const result = await processPrivateMessage(this.state, decode(bytes).privateMessage, this.#pskIndex, this.cs);
    if (result.kind !== 'applicationMessage') throw new Error('not application data');
    this.state = result.newState;
    return result.message;
  }

  leaf() {
    return this.state.privatePath.leafIndex;
  }
  async view(label, context, size) {
    const { groupContext, keySchedule } = this.state;
    return {
      epoch: groupContext.epoch,
      treeHash: groupContext.treeHash,
      confirmedTranscriptHash: groupContext.confirmedTranscriptHash,
      epochAuthenticator: keySchedule.epochAuthenticator,
      exported: await mlsExporter(keySchedule.exporterSecret, label, context, size, this.cs),
    };
  }
}
