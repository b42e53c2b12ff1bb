// The server's part in every call's MLS group: the key its proposals are signed with, and the rules
// it judges by.
#pragma once

#include "admission/call_context.h"
#include "server/calls.h"

namespace vicino::server {

class GroupAuthority final : public mls::CredentialPolicy, public mls::PskStore {
 public:
  explicit GroupAuthority(const ServerSeed& seed);

  const mls::Suite& suite() const { return suite_; }
  const mls::SignatureKeys& keys() const { return keys_; }
  mls::Environment environment(WallTime now) const {
    return {*this, *this, rules_, static_cast<uint64_t>(now.ms / 1000)};
  }
  // The group extensions that every call has beside its context.
  mls::Extension external_senders() const;
  static mls::Extension required_capabilities();

  // Sender ids are credentials, and stay what they are. Who somebody is, only members can tell.
  bool accepts(const mls::CredentialCheck& check) const override;
  // A follower needs none.
  std::optional<SecretBuffer> external(Bytes) const override { return std::nullopt; }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }

 private:
  const mls::Suite& suite_;
  const mls::SignatureKeys keys_;
  const mls::Rules rules_ = admission::call_rules();
};

}  // namespace vicino::server
