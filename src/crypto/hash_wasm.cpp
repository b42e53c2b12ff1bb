#include "crypto/hash.h"
#include "crypto/imports.h"

namespace vicino::crypto {

std::array<uint8_t, 32> sha256(Bytes message) {
  std::array<uint8_t, 32> out;
  host::sha256(message.data(), message.size(), out.data());
  return out;
}

std::array<uint8_t, 64> sha512(Bytes message) {
  std::array<uint8_t, 64> out;
  host::sha512(message.data(), message.size(), out.data());
  return out;
}

}  // namespace vicino::crypto
