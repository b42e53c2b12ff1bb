#include <openssl/evp.h>

#include <memory>

#include "crypto/hash.h"

namespace vicino::crypto {
namespace {

struct FreeMd {
  void operator()(EVP_MD* md) const { EVP_MD_free(md); }
};
using Md = std::unique_ptr<EVP_MD, FreeMd>;

template <size_t N>
std::array<uint8_t, N> digest(const Md& md, Bytes message) {
  std::array<uint8_t, N> out;
  unsigned size = 0;
  CHECK(EVP_Digest(message.data(), message.size(), out.data(), &size, md.get(), nullptr) == 1);
  CHECK(size == N);
  return out;
}

}  // namespace

// Fetched once: a fetch costs more than hashing a short message.
std::array<uint8_t, 32> sha256(Bytes message) {
  static const Md md(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  return digest<32>(md, message);
}

std::array<uint8_t, 64> sha512(Bytes message) {
  static const Md md(EVP_MD_fetch(nullptr, "SHA512", nullptr));
  return digest<64>(md, message);
}

}  // namespace vicino::crypto
