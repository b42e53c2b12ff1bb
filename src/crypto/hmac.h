// HMAC (RFC 2104) over SHA-256 and SHA-512.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "crypto/hash.h"

namespace vicino::crypto {

// A key made ready once and used for many messages.
class HmacKey {
 public:
  HmacKey(Hash hash, Bytes key);  // any length, also empty
  HmacKey(HmacKey&&) noexcept;
  HmacKey& operator=(HmacKey&&) noexcept;
  ~HmacKey();

  // The tag of the concatenated parts, cut to tag.size() bytes, which is at most
  // digest_size(hash). Truncation is the caller's decision: compare with ct_equal.
  void sign(std::span<const Bytes> parts, MutBytes tag);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

void hmac(Hash hash, Bytes key, Bytes message, MutBytes tag);

}  // namespace vicino::crypto
