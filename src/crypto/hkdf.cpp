#include "crypto/hkdf.h"

#include "crypto/hmac.h"

namespace vicino::crypto {

void hkdf_extract(Hash hash, Bytes salt, Bytes input_key, MutBytes prk) {
  CHECK(prk.size() == digest_size(hash));
  hmac(hash, salt, input_key, prk);
}

void hkdf_expand(Hash hash, Bytes prk, Bytes info, MutBytes out) {
  CHECK(out.size() <= hkdf_max_output(hash));
  HmacKey key(hash, prk);
  SecretBytes<max_digest_size> memory;
  const MutBytes block = memory.expose_mut().first(digest_size(hash));
  Bytes previous;
  for (uint8_t counter = 1; !out.empty(); ++counter) {
    const std::array<Bytes, 3> parts = {previous, info, Bytes(&counter, 1)};
    key.sign(parts, block);
    const size_t used = std::min(out.size(), block.size());
    copy(block.first(used), out);
    out = out.subspan(used);
    previous = block;
  }
}

}  // namespace vicino::crypto
