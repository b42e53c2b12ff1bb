// X25519 and Ed25519 where @noble decides differently from libsodium: members of a group must agree on what is valid.

import { ed25519, x25519 } from '@noble/curves/ed25519';
import { sha512 } from '@noble/hashes/sha2';

const Point = ed25519.ExtendedPoint;
type Point = InstanceType<typeof Point>;

const prime = 2n ** 255n - 19n;

/**
 * RFC 7748 section 5, with keys of 32 bytes. @noble refuses a coordinate over the field's prime, which the RFC wants
 * reduced. Throws where the secret would be all zero.
 */
export function agreeX25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  let u = (littleEndian(publicKey) % 2n ** 255n) % prime;
  const reduced = Uint8Array.from(publicKey, () => {
    const byte = Number(u & 255n);
    u >>= 8n;
    return byte;
  });
  return x25519.getSharedSecret(privateKey, reduced);
}

/**
 * RFC 8032 section 5.1.7 by the rule of src/crypto/ed25519.h: `publicKey` has 32 bytes, `signature` 64. @noble's own
 * verify() multiplies by the cofactor, and so accepts signatures that libsodium refuses.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const key = decodePoint(publicKey);
  const s = littleEndian(signature.subarray(32));
  if (key === null || decodePoint(r) === null || s >= ed25519.CURVE.n) return false;
  const hash = sha512.create().update(r).update(publicKey).update(message).digest();
  const k = littleEndian(hash) % ed25519.CURVE.n;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toRawBytes();
  return expected.every((byte, i) => byte === r[i]);
}

/** null: no point, not encoded canonically, or of small order. */
function decodePoint(bytes: Uint8Array): Point | null {
  try {
    const point = Point.fromHex(bytes);
    return point.isSmallOrder() ? null : point;
  } catch {
    return null;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
