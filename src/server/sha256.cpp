#include "server/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace vicino::server {

TokenHash sha256(Bytes token) {
  TokenHash hash;
  CHECK(EVP_Digest(token.data(), token.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return hash;
}

}  // namespace vicino::server
