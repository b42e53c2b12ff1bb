// What a call answers to MLS: who may stand in a leaf, and the one pre-shared key there is.
#pragma once

#include "core/member_block.h"
#include "mls/environment.h"

namespace vicino::core {

// Credential of the server in the group's external_senders extension.
mls::Credential server_credential();

// The member keys of a call's links, by link id.
class MemberKeys {
 public:
  // Those of the context: the current link's and, opened with it, those of earlier links. Errors:
  // malformed, unauthenticated (an earlier key that doesn't open).
  static Result<MemberKeys> open(const LinkKeys& link, const admission::CallContext& context);
  MemberKeys clone() const;

  // nullptr: no such link.
  const MemberKey* find(Bytes link_id) const;
  bool is_current(Bytes link_id) const { return equal(keys_.front().link_id, link_id); }

  struct Entry {
    Buffer link_id;
    MemberKey key;
  };
  const std::vector<Entry>& all() const { return keys_; }  // the current one first

  // The member of a leaf. Errors: malformed, unknown_key (of a link that the call never had), and
  // those of open_member.
  Result<MemberBlock> open_leaf(const mls::LeafNode& leaf) const;

 private:
  std::vector<Entry> keys_;
};

// References what it is given, which must outlive it. `keys` nullptr: the links of the group aren't
// known yet, so that leaves are judged by their form only; CallEpoch::enter looks inside.
class CallEnvironment {
 public:
  CallEnvironment(const LinkKeys& link, const MemberKeys* keys, uint64_t now_s);
  CallEnvironment(const CallEnvironment&) = delete;
  CallEnvironment& operator=(const CallEnvironment&) = delete;

  const mls::Environment& mls() const { return environment_; }

 private:
  class Policy final : public mls::CredentialPolicy {
   public:
    explicit Policy(const MemberKeys* keys) : keys_(keys) {}
    bool accepts(const mls::CredentialCheck& check) const override;

   private:
    bool knows(const mls::CredentialCheck& check) const;

    const MemberKeys* keys_;
  };
  class Psks final : public mls::PskStore {
   public:
    explicit Psks(const LinkKeys& link) : link_(link) {}
    std::optional<SecretBuffer> external(Bytes id) const override;
    std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }

   private:
    const LinkKeys& link_;
  };

  Policy policy_;
  Psks psks_;
  mls::Rules rules_;
  mls::Environment environment_;
};

}  // namespace vicino::core
