// A client that is added to a group and follows it without ever speaking.
#include <limits>

#include "check.h"

namespace vicino::mls_vectors {
using namespace mls;

namespace {

class AcceptAll final : public CredentialPolicy {
 public:
  bool accepts(const CredentialCheck&) const override { return true; }
};

class VectorPsks final : public PskStore {
 public:
  explicit VectorPsks(const Json& list) : list_(list) {}
  std::optional<SecretBuffer> external(Bytes id) const override {
    for (const Json& psk : list_)
      if (equal(hex(psk.at("psk_id")), id)) return SecretBuffer(Bytes(hex(psk.at("psk"))));
    return std::nullopt;
  }
  std::optional<SecretBuffer> resumption(Bytes, uint64_t) const override { return std::nullopt; }

 private:
  const Json& list_;
};

// The vectors were made without these limits.
Rules open_rules() {
  Rules rules;
  rules.max_lifetime = std::numeric_limits<uint64_t>::max();
  rules.external_remove = ExternalRemove::allowed;
  rules.external_sender_proposals = {ProposalType::add, ProposalType::remove,
                                     ProposalType::pre_shared_key, ProposalType::reinit,
                                     ProposalType::group_context_extensions};
  return rules;
}

// A vector doesn't say when it happened: the others' key packages were made about then too, with
// clocks of their own.
uint64_t middle(const Lifetime& lifetime) {
  if (lifetime.not_after < lifetime.not_before) return lifetime.not_before;
  return lifetime.not_before + (lifetime.not_after - lifetime.not_before) / 2;
}

}  // namespace

void check_passive_client(const Json& vector) {
  const Suite& suite = suite_of(vector);
  const AcceptAll everybody;
  const VectorPsks psks(vector.at("external_psks"));
  const Rules rules = open_rules();
  const auto package = take(decode<Message>(hex(vector.at("key_package"))), "key_package");
  expect(package.as<KeyPackage>() != nullptr, "a KeyPackage");
  const KeyPackage& own = *package.as<KeyPackage>();
  const Environment environment{everybody, psks, rules, middle(own.leaf.lifetime)};
  std::optional<Buffer> tree;
  // A vector whose Welcome has the tree may leave it out here.
  if (vector.contains("ratchet_tree") && !vector.at("ratchet_tree").is_null())
    tree = hex(vector.at("ratchet_tree"));
  OwnKeyPackage keys{
      own, hpke_private(suite, vector, "init_priv"), hpke_private(suite, vector, "encryption_priv"),
      take(suite.signature_keys(hex(vector.at("signature_priv"))), "signature_priv")};
  Group group =
      take(Group::join(hex(vector.at("welcome")), std::move(keys), tree, environment), "welcome");
  expect_equal(group.epoch_authenticator(), vector.at("initial_epoch_authenticator"),
               "initial_epoch_authenticator");
  for (const Json& epoch : vector.at("epochs")) {
    for (const Json& proposal : epoch.at("proposals"))
      take(group.receive(hex(proposal), environment), "proposal");
    auto received = take(group.receive(hex(epoch.at("commit")), environment), "commit");
    expect(received.index() == 2, "a commit");
    NewEpoch& next = *std::get<2>(received);
    expect(next.group.has_value(), "still a member");
    group = std::move(*next.group);
    expect_equal(group.epoch_authenticator(), epoch.at("epoch_authenticator"),
                 "epoch_authenticator");
  }
}

}  // namespace vicino::mls_vectors
