// src/crypto as WebAssembly over the app's own host functions, with other people's test vectors. The module:
// VICINO_WASM_DIR or build/wasm; Wycheproof's files: VICINO_VECTORS or ../shared/vectors.

import { existsSync, readFileSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, test } from 'vitest';

import { hostFunctions } from './imports';

const root = fileURLToPath(import.meta.url).replace(/\/web\/src\/core\/[^/]*$/, '');
const modulePath = `${env.VICINO_WASM_DIR ?? `${root}/build/wasm`}/src/crypto/crypto_vectors_wasm.wasm`;
const vectorsPath = `${env.VICINO_VECTORS ?? `${root}/../shared/vectors`}/wycheproof`;
const noModule = !existsSync(modulePath);
const noVectors = noModule || !existsSync(vectorsPath);
if (noModule) console.log(`no module at ${modulePath}: build the preset "wasm"`);
else if (noVectors) console.log(`no test vectors at ${vectorsPath}`);

const MALFORMED = -1 - 1; // base/result.h
const UNAUTHENTICATED = -1 - 4;

type TestFunction = (...args: readonly number[]) => number;
let memory: WebAssembly.Memory;
let functions: Record<string, TestFunction>;

beforeAll(async () => {
  if (noModule) return;
  const host = hostFunctions(() => new Uint8Array(memory.buffer));
  const module = await WebAssembly.compile(readFileSync(modulePath));
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = { vicino: host };
  for (const each of WebAssembly.Module.imports(module)) {
    if (each.module !== 'vicino') (imports[each.module] ??= {})[each.name] = () => 0; // writes of a failing CHECK
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  memory = exports.memory as WebAssembly.Memory;
  functions = exports as unknown as Record<string, TestFunction>;
  functions._initialize?.();
});

/** Strings are bytes in hexadecimal; the result is too, or the negative number that says what was wrong. */
function call(name: string, ...args: readonly (string | number)[]): string | number {
  const { result, at } = run(name, args);
  return result < 0 ? result : toHex(new Uint8Array(memory.buffer, at, result));
}

function run(name: string, args: readonly (string | number)[]): { result: number; at: number } {
  const called = functions[name];
  if (!called) throw new Error(`the module has no ${name}`);
  let at = functions.test_area?.() ?? 0;
  const flat = args.flatMap((arg) => {
    if (typeof arg === 'number') return [arg];
    const bytes = fromHex(arg);
    new Uint8Array(memory.buffer).set(bytes, at);
    at += bytes.length;
    return [at - bytes.length, bytes.length];
  });
  return { result: called(...flat, at), at };
}

const verifies = (key: string, message: string, signature: string) =>
  run('test_ed25519_verify', [key, message, signature]).result === 1;

const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const text = (plain: string) => toHex(new TextEncoder().encode(plain));

interface Group<Case> {
  readonly tests: readonly (Case & { readonly tcId: number; readonly result: string })[];
  readonly keySize: number;
  readonly ivSize: number;
  readonly tagSize: number;
  readonly publicKey: { readonly pk: string };
}

function wycheproof<Case>(name: string): readonly Group<Case>[] {
  const file = JSON.parse(readFileSync(`${vectorsPath}/${name}_test.json`, 'utf8')) as { testGroups: Group<Case>[] };
  return file.testGroups;
}

test('every function of imports.h is provided', () => {
  const header = readFileSync(`${root}/src/crypto/imports.h`, 'utf8');
  const names = Array.from(header.matchAll(/VICINO_IMPORT\("(\w+)"\)/g), (match) => match[1]);
  expect(names.length).toBeGreaterThan(5);
  const provided = Object.keys(hostFunctions(() => new Uint8Array()));
  expect(provided.sort()).toEqual([...names, 'random'].sort());
});

describe.skipIf(noModule)('vectors of the standards', () => {
  test('SHA-256 and SHA-512 (FIPS 180-4)', () => {
    expect(call('test_hash', 256, text('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(call('test_hash', 512, '')).toBe(
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce' +
        '47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    );
  });

  test('HMAC with SHA-512 (RFC 4231 section 4.3)', () => {
    expect(call('test_hmac', 512, text('Jefe'), text('what do ya want for nothing?'))).toBe(
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
        '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    );
  });

  test('AES-CTR (NIST SP 800-38A)', () => {
    const key = '2b7e151628aed2a6abf7158809cf4f3c', counter = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
    expect(call('test_aes_ctr', key, counter, '6bc1bee22e')).toBe('874d6191b6');
  });

  test('X25519 (RFC 7748 section 6.1)', () => {
    const alice = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
    const bob = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
    expect(call('test_x25519_public', alice)).toBe('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a');
    expect(call('test_x25519', alice, bob)).toBe('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
    expect(call('test_x25519', alice, '00'.repeat(32))).toBe(MALFORMED);
    expect(call('test_x25519', alice, '09'.repeat(31))).toBe(MALFORMED);
  });

  test('Ed25519 (RFC 8032 section 7.1)', () => {
    const seed = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7';
    const key = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025';
    const signature =
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';
    expect(call('test_ed25519_public', seed)).toBe(key);
    expect(call('test_ed25519_sign', seed, 'af82')).toBe(signature);
    expect(verifies(key, 'af82', signature)).toBe(true);
    expect(verifies(key, 'af83', signature)).toBe(false);
    expect(verifies(key, 'af82', `${signature}00`)).toBe(false);
  });

  test('Ed25519 where implementations disagree, as OpenSSL decides it', () => {
    interface Case { key: string; message: string; signature: string; valid: boolean; comment: string }
    const { cases } = JSON.parse(readFileSync(`${root}/tests/data/crypto/ed25519.json`, 'utf8')) as { cases: Case[] };
    expect(cases.length).toBe(26);
    for (const each of cases) expect(verifies(each.key, each.message, each.signature), each.comment).toBe(each.valid);
  });

  // Appendices A.1.1 and A.2.1.
  test.each([
    {
      aead: 1,
      random: '7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234',
      enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
      ikm: '6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037',
      privateKey: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
      publicKey: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
      ciphertext: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
      exported: 'e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931',
    },
    {
      aead: 3,
      random: '909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b',
      enc: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
      ikm: '1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df',
      privateKey: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
      publicKey: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
      ciphertext: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
      exported: '5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53',
    },
  ])('HPKE with AEAD $aead (RFC 9180)', (v) => {
    const info = text('Ode on a Grecian Urn'), aad = text('Count-0'), plaintext = text('Beauty is truth, truth beauty');
    expect(call('test_hpke_derive', v.ikm)).toBe(v.privateKey + v.publicKey);
    expect(call('test_hpke_seal', v.aead, v.publicKey, info, aad, plaintext, v.random)).toBe(v.enc + v.ciphertext);
    expect(call('test_hpke_open', v.aead, v.privateKey, v.enc, info, aad, v.ciphertext)).toBe(plaintext);
    expect(call('test_hpke_open', v.aead, v.privateKey, v.enc, info, info, v.ciphertext)).toBe(UNAUTHENTICATED);
    expect(call('test_hpke_receive_export', v.aead, v.privateKey, v.enc, info, text('TestContext'))).toBe(v.exported);
  });
});

describe.skipIf(noVectors)('Wycheproof', () => {
  test.each([
    { name: 'aes_gcm', aeads: { 128: 1, 256: 2 } as Record<number, number>, valid: 79, invalid: 54 },
    { name: 'chacha20_poly1305', aeads: { 256: 3 } as Record<number, number>, valid: 256, invalid: 60 },
  ])('$name', ({ name, aeads, valid, invalid }) => {
    interface Case { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
    const tried = { valid: 0, invalid: 0 };
    for (const group of wycheproof<Case>(name)) {
      const aead = aeads[group.keySize];
      if (group.ivSize !== 96 || aead === undefined) continue;
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of group.tests) {
        const ok = result === 'valid';
        expect(call('test_aead_open', aead, key, iv, aad, ct + tag), `case ${tcId}`).toBe(ok ? msg : UNAUTHENTICATED);
        if (ok) expect(call('test_aead_seal', aead, key, iv, aad, msg), `case ${tcId}`).toBe(ct + tag);
        tried[ok ? 'valid' : 'invalid']++;
      }
    }
    expect(tried).toEqual({ valid, invalid });
  });

  test('HMAC with SHA-256', () => {
    let tried = 0;
    for (const group of wycheproof<{ key: string; msg: string; tag: string }>('hmac_sha256')) {
      for (const { tcId, key, msg, tag, result } of group.tests) {
        const same = String(call('test_hmac', 256, key, msg)).startsWith(tag) && tag.length === group.tagSize / 4;
        expect(same, `case ${tcId}`).toBe(result === 'valid');
        tried++;
      }
    }
    expect(tried).toBe(174);
  });

  test('HKDF with SHA-256', () => {
    let tried = 0;
    for (const group of wycheproof<{ ikm: string; salt: string; info: string; size: number; okm: string }>('hkdf_sha256')) {
      for (const { tcId, ikm, salt, info, size, okm, result } of group.tests) {
        if (result !== 'valid') continue; // more than there can be: a trap
        expect(call('test_hkdf', size, salt, ikm, info), `case ${tcId}`).toBe(okm);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(80);
  });

  test('X25519', () => {
    let tried = 0;
    for (const group of wycheproof<{ public: string; private: string; shared: string }>('x25519')) {
      for (const { tcId, shared, ...keys } of group.tests) {
        const expected = /^0+$/.test(shared) ? MALFORMED : shared;
        expect(call('test_x25519', keys.private, keys.public), `case ${tcId}`).toBe(expected);
        tried++;
      }
    }
    expect(tried).toBe(518);
  });

  test('Ed25519', () => {
    let tried = 0;
    for (const group of wycheproof<{ msg: string; sig: string }>('ed25519')) {
      for (const { tcId, msg, sig, result } of group.tests) {
        expect(verifies(group.publicKey.pk, msg, sig), `case ${tcId}`).toBe(result === 'valid');
        tried++;
      }
    }
    expect(tried).toBe(151);
  });
});
