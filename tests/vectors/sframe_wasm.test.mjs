// RFC 9605's test vectors through src/sframe as WebAssembly, with the host's functions from
// node:crypto: node --test tests/vectors/sframe_wasm.test.mjs
// The module: VICINO_WASM_DIR or build/wasm; the vectors: VICINO_VECTORS or ../shared/vectors.
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash, createHmac, webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const modulePath = join(
  process.env.VICINO_WASM_DIR ?? join(root, 'build/wasm'),
  'src/sframe/sframe_vectors_wasm.wasm',
);
const vectorsPath = join(process.env.VICINO_VECTORS ?? join(root, '../shared/vectors'), 'sframe/sframe.json');
const noModule = existsSync(modulePath) ? false : `no module at ${modulePath}: build the preset "wasm"`;
const noVectors = noModule || (existsSync(vectorsPath) ? false : `no test vectors at ${vectorsPath}`);

const UNAUTHENTICATED = -1 - 4; // base/result.h: Errc::unauthenticated

let core; // the module's exports

// src/crypto/imports.h.
const bytesAt = (pointer, size) => new Uint8Array(core.memory.buffer, pointer, size);
const copyAt = (pointer, size) => bytesAt(pointer, size).slice();
const put = (pointer, bytes) => bytesAt(pointer, bytes.length).set(bytes);
const gcmKeySize = (aead) => (aead === 1 ? 16 : 32);
const gcmName = (aead) => `aes-${gcmKeySize(aead) * 8}-gcm`;
const host = {
  sha256: (data, size, out) => put(out, createHash('sha256').update(copyAt(data, size)).digest()),
  sha512: (data, size, out) => put(out, createHash('sha512').update(copyAt(data, size)).digest()),
  hmac: (bits, key, keySize, data, size, out) =>
    put(out, createHmac(`sha${bits}`, copyAt(key, keySize)).update(copyAt(data, size)).digest()),
  aead_seal: (aead, key, nonce, aad, aadSize, data, size, out) => {
    const cipher = createCipheriv(gcmName(aead), copyAt(key, gcmKeySize(aead)), copyAt(nonce, 12));
    cipher.setAAD(copyAt(aad, aadSize));
    const ciphertext = Buffer.concat([cipher.update(copyAt(data, size)), cipher.final()]);
    put(out, Buffer.concat([ciphertext, cipher.getAuthTag()]));
  },
  aead_open: (aead, key, nonce, aad, aadSize, data, size, out) => {
    const cipher = createDecipheriv(gcmName(aead), copyAt(key, gcmKeySize(aead)), copyAt(nonce, 12));
    cipher.setAAD(copyAt(aad, aadSize));
    cipher.setAuthTag(copyAt(data + size - 16, 16));
    try {
      put(out, Buffer.concat([cipher.update(copyAt(data, size - 16)), cipher.final()]));
      return 1;
    } catch {
      return 0;
    }
  },
  aes_ctr: (key, counter, data, size, out) =>
    put(out, createCipheriv('aes-128-ctr', copyAt(key, 16), copyAt(counter, 16)).update(copyAt(data, size))),
};

// What libc would like of an operating system; only a failing CHECK writes anything.
const refuse = (name) => () => {
  throw new Error(`the module called ${name}`);
};

before(async () => {
  if (noModule) return;
  const module = await WebAssembly.compile(readFileSync(modulePath));
  const imports = { vicino: host };
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === 'vicino') assert.ok(name in host, `imports.h doesn't have ${name}`);
    else (imports[from] ??= {})[name] = refuse(name);
  }
  core = (await WebAssembly.instantiate(module, imports)).exports;
  core._initialize();
});

// Lays arguments out in the module's memory, calls, and gives the result and what it wrote. Strings
// are bytes in hexadecimal: pointer and size.
function call(name, ...args) {
  let at = core.test_area();
  const flat = args.flatMap((arg) => {
    if (typeof arg !== 'string') return [arg];
    const bytes = Buffer.from(arg, 'hex');
    put(at, bytes);
    at += bytes.length;
    return [at - bytes.length, bytes.length];
  });
  return { result: core[name](...flat, at), out: (size) => Buffer.from(copyAt(at, size)).toString('hex') };
}

// The same for a function whose result is the size of what it wrote.
function bytes(name, ...args) {
  const { result, out } = call(name, ...args);
  assert.ok(result >= 0, `${name} gave ${result}`);
  return out(result);
}

function vectors() {
  // Numbers over 2^53 lose digits in JSON.parse; all such are header fields.
  const text = readFileSync(vectorsPath, 'utf8').replace(/"(kid|ctr)":\s*(\d+)/g, '"$1":"$2"');
  return JSON.parse(text);
}

const flipLastBit = (hex) => {
  const data = Buffer.from(hex, 'hex');
  data[data.length - 1] ^= 1;
  return data.toString('hex');
};

// Pointer alone, for arguments of a fixed size: the size that call() adds is taken away again.
function cipher(name, v, data) {
  const area = core.test_area();
  const [key, nonce, aad, input] = [v.key, v.nonce, v.aad, data].map((hex) => Buffer.from(hex, 'hex'));
  const at = [key, nonce, aad, input].reduce((starts, part) => [...starts, starts.at(-1) + part.length], [area]);
  [key, nonce, aad, input].forEach((part, i) => put(at[i], part));
  const size = core[name](v.cipher_suite, at[0], key.length, at[1], at[2], aad.length, at[3], input.length, at[4]);
  return size < 0 ? size : Buffer.from(copyAt(at[4], size)).toString('hex');
}

test('headers', { skip: noVectors }, () => {
  const { header } = vectors();
  assert.equal(header.length, 289);
  for (const v of header) {
    const kid = BigInt(v.kid), ctr = BigInt(v.ctr);
    assert.equal(bytes('test_encode_header', kid, ctr), v.encoded);
    const { result, out } = call('test_decode_header', v.encoded);
    assert.equal(result, v.encoded.length / 2);
    assert.equal(out(16), [kid, ctr].map((n) => n.toString(16).padStart(16, '0')).join(''));
  }
});

test('AES-CTR with HMAC', { skip: noVectors }, () => {
  const { aes_ctr_hmac: all } = vectors();
  assert.equal(all.length, 3);
  for (const v of all) {
    assert.equal(cipher('test_cipher_seal', v, v.pt), v.ct);
    assert.equal(cipher('test_cipher_open', v, v.ct), v.pt);
    assert.equal(cipher('test_cipher_open', v, flipLastBit(v.ct)), UNAUTHENTICATED);
  }
});

test('whole frames', { skip: noVectors }, () => {
  const { sframe: all } = vectors();
  assert.equal(all.length, 5);
  for (const v of all) {
    const kid = BigInt(v.kid), ctr = BigInt(v.ctr);
    assert.equal(bytes('test_seal', v.cipher_suite, kid, ctr, v.base_key, v.metadata, v.pt), v.ct);
    assert.equal(bytes('test_open', v.cipher_suite, kid, v.base_key, v.metadata, v.ct), v.pt);
    const forged = call('test_open', v.cipher_suite, kid, v.base_key, v.metadata, flipLastBit(v.ct));
    assert.equal(forged.result, UNAUTHENTICATED);
  }
});

test('plans, with WebCrypto as the cipher', { skip: noVectors }, async () => {
  for (const v of vectors().sframe.filter((each) => each.cipher_suite >= 4)) {
    const plain = Buffer.from(v.pt, 'hex');
    const plan = bytes(
      'test_plan_seal', v.cipher_suite, BigInt(v.kid), BigInt(v.ctr), v.base_key, v.metadata, plain.length,
    );
    assert.equal(plan, v.nonce + v.sframe_key + v.aad);
    const raw = Buffer.from(v.sframe_key, 'hex');
    const key = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
    const parameters = {
      name: 'AES-GCM', iv: Buffer.from(v.nonce, 'hex'), additionalData: Buffer.from(v.aad, 'hex'),
    };
    const ciphertext = Buffer.from(await webcrypto.subtle.encrypt(parameters, key, plain)).toString('hex');
    const headerSize = v.aad.length - v.metadata.length;
    assert.equal(v.aad.slice(0, headerSize) + ciphertext, v.ct);
  }
});

test('media frames of every codec', { skip: noModule }, () => {
  const zeros = '00'.repeat(700) + '000001'.repeat(100); // what start codes are made of
  const overhead = 1 + 2 + 16; // SFrame header (a camera's key id has three bytes) and tag
  const starts = {
    0: ['', ''],
    1: ['11', '1000009d012a08000800'],
    2: ['', ''],
    3: ['32fc07', '0a0a0000000cc4ff6700680232fc07'],
    4: ['00000001419a80', '000000016742e01fda014016e806d044235014' + '0000000168ce3880' + '00000001658880'],
  };
  for (const [codec, shims] of Object.entries(starts)) {
    shims.forEach((shim, keyFrame) => {
      const frame = bytes('test_media_round_trip', Number(codec), keyFrame, zeros);
      assert.ok(frame.startsWith(shim), `codec ${codec}: ${frame.slice(0, 80)}`);
      assert.ok(frame.length / 2 >= shim.length / 2 + 1000 + overhead);
    });
  }
});
