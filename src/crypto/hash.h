// SHA-256 and SHA-512 (FIPS 180-4) of whole messages.
#pragma once

#include "base/bytes.h"

namespace vicino::crypto {

enum class Hash : uint8_t { sha256, sha512 };

constexpr size_t digest_size(Hash hash) {
  return hash == Hash::sha256 ? 32 : 64;
}
inline constexpr size_t max_digest_size = 64;

std::array<uint8_t, 32> sha256(Bytes message);
std::array<uint8_t, 64> sha512(Bytes message);

}  // namespace vicino::crypto
