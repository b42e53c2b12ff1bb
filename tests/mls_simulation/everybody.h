// What simulations, fuzzers and benchmarks of MLS groups share: everybody is who they say, and what
// they need is made up from names. Nothing of it belongs into a program.
#pragma once

#include "base/check.h"
#include "mls/environment.h"

namespace vicino::mls {

class Everybody final : public CredentialPolicy {
 public:
  bool accepts(const CredentialCheck&) const override { return true; }
};

class NoPsks final : public PskStore {
 public:
  std::optional<SecretBuffer> external(Bytes) const override { return std::nullopt; }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }
};

// Every id that isn't empty has a secret.
class PsksByName final : public PskStore {
 public:
  std::optional<SecretBuffer> external(Bytes id) const override {
    if (id.empty()) return std::nullopt;
    return SecretBuffer(Bytes(Buffer(32, id.front())));
  }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }
};

inline LeafTemplate leaf_named(std::string_view name, CipherSuite suite,
                               std::vector<ExtensionType> extensions = {}) {
  return {Credential::basic(as_bytes(name)),
          {{ProtocolVersion::mls10}, {suite}, std::move(extensions), {}, {CredentialType::basic}},
          {}};
}

// For what can't fail here.
template <class T>
T must(Result<T> result) {
  CHECK(result.has_value());
  return std::move(*result);
}

}  // namespace vicino::mls
