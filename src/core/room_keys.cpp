#include "core/room_keys.h"

#include "crypto/hkdf.h"

namespace vicino::core {

RoomKeys RoomKeys::derive(const LinkSecret& secret, const RoomName& room) {
  // The room is the salt: the same secret in two rooms gives unrelated keys.
  const SecretBytes<32> prk = crypto::hkdf_extract_sha256(room, secret.expose());
  return {crypto::hkdf_expand_sha256<32>(prk, as_bytes("vicino/1 access token")),
          crypto::hkdf_expand_sha256<16>(prk, as_bytes("vicino/1 profile key")),
          crypto::hkdf_expand_sha256<32>(prk, as_bytes("vicino/1 media secret"))};
}

}  // namespace vicino::core
