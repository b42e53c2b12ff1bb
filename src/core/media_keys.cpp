#include "core/media_keys.h"

#include "crypto/hkdf.h"

namespace vicino::core {

SenderId random_sender(SecureRandom& random) { return sframe::sender_of(random.u64()); }

BaseKey derive_base_key(const MediaSecret& secret, SenderId sender) {
  std::array<uint8_t, 8> salt;
  store64(salt.data(), sender.value);
  const SecretBytes<32> prk = crypto::hkdf_extract_sha256(salt, secret.expose());
  return crypto::hkdf_expand_sha256<16>(prk, as_bytes("vicino/1 sender base key"));
}

}  // namespace vicino::core
