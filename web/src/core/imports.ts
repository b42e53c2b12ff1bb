// What the WebAssembly core asks of its host: src/crypto/imports.h says what each function does.

import { ctr, gcm } from '@noble/ciphers/aes';
import { chacha20poly1305 } from '@noble/ciphers/chacha';
import { ed25519, x25519 } from '@noble/curves/ed25519';
import { hmac } from '@noble/hashes/hmac';
import { sha256, sha512 } from '@noble/hashes/sha2';

import { agreeX25519, verifyEd25519 } from './curve25519';

/** `memory` is called for each access: the module's memory may have grown since the last. */
export function hostFunctions(memory: () => Uint8Array) {
  const read = (at: number, size: number) => memory().slice(at, at + size);
  const write = (at: number, bytes: Uint8Array) => memory().set(bytes, at);

  const cipher = (aead: number, key: number, nonce: number, aad: number, aadSize: number) => {
    const make = aead === 3 ? chacha20poly1305 : gcm;
    return make(read(key, aead === 1 ? 16 : 32), read(nonce, 12), read(aad, aadSize));
  };

  return {
    random: (out: number, size: number) => write(out, crypto.getRandomValues(new Uint8Array(size))),

    sha256: (data: number, size: number, out: number) => write(out, sha256(read(data, size))),
    sha512: (data: number, size: number, out: number) => write(out, sha512(read(data, size))),
    hmac: (bits: number, key: number, keySize: number, data: number, size: number, out: number) =>
      write(out, hmac(bits === 512 ? sha512 : sha256, read(key, keySize), read(data, size))),

    aead_seal: (
      aead: number, key: number, nonce: number, aad: number, aadSize: number, data: number, size: number, out: number,
    ) => write(out, cipher(aead, key, nonce, aad, aadSize).encrypt(read(data, size))),
    aead_open: (
      aead: number, key: number, nonce: number, aad: number, aadSize: number, data: number, size: number, out: number,
    ): number => succeeds(() => write(out, cipher(aead, key, nonce, aad, aadSize).decrypt(read(data, size)))),
    aes_ctr: (key: number, counter: number, data: number, size: number, out: number) =>
      write(out, ctr(read(key, 16), read(counter, 16)).encrypt(read(data, size))),

    x25519_public: (privateKey: number, out: number) => write(out, x25519.getPublicKey(read(privateKey, 32))),
    x25519: (privateKey: number, publicKey: number, out: number): number =>
      succeeds(() => write(out, agreeX25519(read(privateKey, 32), read(publicKey, 32)))),

    ed25519_public: (seed: number, out: number) => write(out, ed25519.getPublicKey(read(seed, 32))),
    ed25519_sign: (seed: number, data: number, size: number, out: number) =>
      write(out, ed25519.sign(read(data, size), read(seed, 32))),
    ed25519_verify: (publicKey: number, data: number, size: number, signature: number): number =>
      verifyEd25519(read(publicKey, 32), read(data, size), read(signature, 64)) ? 1 : 0,
  };
}

/** 1, or 0 where @noble throws: a wrong tag, a shared secret of zeros. */
function succeeds(action: () => void): number {
  try {
    action();
    return 1;
  } catch {
    return 0;
  }
}
