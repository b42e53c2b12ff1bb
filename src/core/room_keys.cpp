#include "core/room_keys.h"

#include "crypto/hash.h"
#include "crypto/hkdf.h"

namespace vicino::core {

LinkKeys LinkKeys::derive(const LinkSecret& secret, const RoomName& room) {
  // The room is the salt: the same secret in two rooms gives unrelated keys.
  const SecretBytes<32> prk = crypto::hkdf_extract_sha256(room, secret.expose());
  LinkKeys keys{crypto::hkdf_expand_sha256<32>(prk, as_bytes("vicino/2 access token")),
                {},
                {},
                crypto::hkdf_expand_sha256<32>(prk, as_bytes("vicino/2 join psk")),
                crypto::hkdf_expand_sha256<16>(prk, as_bytes("vicino/2 member key")),
                crypto::hkdf_expand_sha256<16>(prk, as_bytes("vicino/2 lobby key"))};
  keys.token_hash = crypto::sha256(keys.access_token.expose());
  copy(Bytes(keys.token_hash).first(keys.link_id.size()), keys.link_id);
  return keys;
}

LinkKeys LinkKeys::clone() const {
  return {access_token.clone(), token_hash,         link_id,
          join_psk.clone(),     member_key.clone(), lobby_key.clone()};
}

}  // namespace vicino::core
