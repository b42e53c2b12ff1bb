// What every file that calls OpenSSL's ciphers needs.
#pragma once

#include <openssl/evp.h>

#include <limits>
#include <memory>

#include "base/bytes.h"
#include "base/check.h"

namespace vicino::crypto {

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

inline int int_size(Bytes bytes) {
  CHECK(bytes.size() <= static_cast<size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(bytes.size());
}

}  // namespace vicino::crypto
