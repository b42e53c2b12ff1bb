// For tests and fuzzers: who takes every credential, and link secrets made from their links' ids.
#pragma once

#include "crypto/hash.h"
#include "mls/group.h"

namespace vicino::admission {

class Everybody final : public mls::CredentialPolicy {
 public:
  bool accepts(const mls::CredentialCheck&) const override { return true; }
};

class LinkPsks final : public mls::PskStore {
 public:
  std::optional<SecretBuffer> external(Bytes id) const override {
    return SecretBuffer(Bytes(crypto::sha256(id)));
  }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }
};

}  // namespace vicino::admission
