// HKDF (RFC 5869) over SHA-256 and SHA-512.
#pragma once

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

namespace vicino::crypto {

// Section 2.3: the block counter is one byte.
constexpr size_t hkdf_max_output(Hash hash) {
  return 255 * digest_size(hash);
}

// Section 2.2. `prk` takes exactly digest_size(hash) bytes. The caller wipes it.
void hkdf_extract(Hash hash, Bytes salt, Bytes input_key, MutBytes prk);

// Section 2.3. `out` takes at most hkdf_max_output(hash) bytes. The caller wipes it.
void hkdf_expand(Hash hash, Bytes prk, Bytes info, MutBytes out);

// The same of the concatenation of parts, of which `info` has at most 8.
void hkdf_extract_parts(Hash hash, Bytes salt, std::span<const Bytes> input_key, MutBytes prk);
void hkdf_expand_parts(Hash hash, Bytes prk, std::span<const Bytes> info, MutBytes out);
// The same of a key that was made ready, for several expansions of one: HmacKey(hash, prk).
void hkdf_expand_parts(Hash hash, HmacKey& prk, std::span<const Bytes> info, MutBytes out);

inline SecretBytes<32> hkdf_extract_sha256(Bytes salt, Bytes input_key) {
  SecretBytes<32> prk;
  hkdf_extract(Hash::sha256, salt, input_key, prk.expose_mut());
  return prk;
}

template <size_t N>
SecretBytes<N> hkdf_expand_sha256(const SecretBytes<32>& prk, Bytes info) {
  static_assert(N <= hkdf_max_output(Hash::sha256));
  SecretBytes<N> out;
  hkdf_expand(Hash::sha256, prk.expose(), info, out.expose_mut());
  return out;
}

}  // namespace vicino::crypto
