// What tests of groups share: a policy that can be told to refuse, pre-shared keys on request,
// groups of any size, and forging with a member's own keys.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "mls/group.h"
#include "mls/new_epoch.h"

namespace vicino::mls {

// The tests' way to what a member with other software could use.
struct GroupPeek {
  static const EpochSecrets& secrets(const Group& group) { return group.secrets_; }
  static const SignatureKeys& signer(const Group& group) { return group.signature_keys_; }
  static const PathKeys& path_keys(const Group& group) { return group.path_keys_; }
  static SecretTree& keys(Group& group) { return group.keys_; }
  // Of the epoch before.
  static const SecretTree& past_keys(const Group& group) { return group.past_.front().keys; }
  static std::vector<NodeIndex> secret_nodes(const SecretTree& tree) {
    std::vector<NodeIndex> nodes;
    for (const auto& [node, secret] : tree.nodes_) nodes.push_back(node);
    return nodes;
  }
  static void set_next(Ratchet& ratchet, uint32_t generation) { ratchet.next_ = generation; }
  static size_t kept_keys(const Ratchet& ratchet) { return ratchet.skipped_.size(); }
};

class Policy final : public CredentialPolicy {
 public:
  struct Asked {
    CredentialUse use;
    std::string identity;
    std::optional<uint32_t> index;
    std::string previous;  // identity; empty for none

    bool operator==(const Asked&) const = default;
  };

  bool accepts(const CredentialCheck& check) const override {
    const auto text = [](const Credential& c) { return std::string(as_text(c.identity)); };
    const bool accepted = answer(check);
    asked.push_back({check.use, text(check.credential),
                     check.index ? std::optional(check.index->value) : std::nullopt,
                     check.previous ? text(check.previous->credential) : ""});
    return accepted;
  }

  std::function<bool(const CredentialCheck&)> answer = [](const CredentialCheck&) { return true; };
  mutable std::vector<Asked> asked;
};

class Psks final : public PskStore {
 public:
  std::optional<SecretBuffer> external(Bytes id) const override {
    return find(externals, Buffer(id.begin(), id.end()));
  }
  std::optional<SecretBuffer> resumption(Bytes group_id, uint64_t epoch) const override {
    return find(resumptions, {Buffer(group_id.begin(), group_id.end()), epoch});
  }

  std::map<Buffer, Buffer> externals;
  std::map<std::pair<Buffer, uint64_t>, Buffer> resumptions;

 private:
  template <class Map>
  static std::optional<SecretBuffer> find(const Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return SecretBuffer(Bytes(found->second));
  }
};

// The value, or the end of the test with the fault's name.
template <class T>
T must(Result<T> result) {
  if (!result) ADD_FAILURE() << to_string(result.error());
  return std::move(result.value());
}

template <class T>
std::optional<Fault> fault_of(const Result<T>& result) {
  if (result) return std::nullopt;
  return result.error();
}

inline Buffer bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

inline bool contains(Bytes haystack, Bytes needle) {
  return !std::ranges::search(haystack, needle).empty();
}

// Everything around groups: randomness, time, people, rules.
struct World {
  explicit World(CipherSuite id = CipherSuite::x25519_aes128gcm_sha256_ed25519)
      : suite(*Suite::find(id)) {}

  const Suite& suite;
  Policy policy;
  Psks psks;
  Rules rules;
  SeededRandom random{20};
  uint64_t now = 1'000'000;

  Environment environment() const { return {policy, psks, rules, now}; }
  Lifetime lifetime() const { return {now - 60, now + 3600}; }

  // One of private use, which all leaves made here are capable of.
  static constexpr ExtensionType known_extension{0xff05};
  static LeafTemplate leaf(std::string_view name) {
    return {Credential::basic(as_bytes(name)),
            {{ProtocolVersion::mls10},
             {CipherSuite::x25519_aes128gcm_sha256_ed25519,
              CipherSuite::x25519_chacha20poly1305_sha256_ed25519},
             {known_extension},
             {},
             {CredentialType::basic}},
            {}};
  }
  NewMember newcomer(std::string_view name) {
    return {leaf(name), suite.random_signature_keys(random)};
  }
  OwnKeyPackage key_package(std::string_view name) {
    return make_key_package(suite, suite.random_signature_keys(random), leaf(name), lifetime(),
                            random);
  }
  // An Add whose key package and leaf are changed, then signed again.
  Proposal add_of(std::string_view name, const std::function<void(KeyPackage&)>& change = {}) {
    OwnKeyPackage own = key_package(name);
    if (change) change(own.package);
    own.package.leaf.sign(suite, own.signature_keys, {}, {});
    own.package.sign(suite, own.signature_keys);
    return {Add{std::move(own.package)}};
  }
  PskId external_psk(std::string_view id) {
    PskId psk;
    psk.external_id = bytes_of(id);
    psk.nonce = fresh(suite.hash_size());
    return psk;
  }
  PskId resumption_psk(const Group& group, uint64_t epoch) {
    PskId psk;
    psk.type = PskType::resumption;
    psk.group_id = group.context().group_id;
    psk.epoch = epoch;
    psk.nonce = fresh(suite.hash_size());
    return psk;
  }
  Buffer fresh(size_t size) {
    Buffer bytes(size);
    random.fill(bytes);
    return bytes;
  }

  Group create(std::string_view name, Extensions extensions = {}) {
    return must(Group::create(suite, as_bytes("group"), newcomer(name), lifetime(),
                              std::move(extensions), environment(), random));
  }
  NewEpoch commit(Group& group, CommitOptions options = {}) {
    return must(group.commit(std::move(options), environment(), random));
  }
  NewEpoch commit(Group& group, std::vector<Proposal> proposals, bool force_path = false) {
    CommitOptions options;
    options.proposals = std::move(proposals);
    options.force_path = force_path;
    return commit(group, std::move(options));
  }
  NewEpoch receive_commit(Group& group, Bytes message) {
    auto received = must(group.receive(message, environment()));
    return std::move(*std::get<std::unique_ptr<NewEpoch>>(received));
  }
  // To all but the sender, who has it already.
  void tell(std::vector<Group>& members, size_t sender, Bytes message) {
    for (size_t i = 0; i < members.size(); ++i)
      if (i != sender) must(members[i].receive(message, environment()));
  }
  // The commit reaches everybody, who goes on to its epoch; the removed are gone from `members`.
  void adopt(std::vector<Group>& members, size_t committer, NewEpoch epoch) {
    std::vector<size_t> gone;
    const Buffer message = epoch.commit;
    for (size_t i = 0; i < members.size(); ++i) {
      NewEpoch reached = i == committer ? std::move(epoch) : receive_commit(members[i], message);
      if (reached.group) {
        members[i] = std::move(*reached.group);
      } else {
        gone.insert(gone.begin(), i);
      }
    }
    for (const size_t i : gone) members.erase(members.begin() + static_cast<ptrdiff_t>(i));
  }
  void commit_and_adopt(std::vector<Group>& members, size_t committer,
                        std::vector<Proposal> proposals = {}) {
    adopt(members, committer, commit(members[committer], std::move(proposals)));
  }
  // Member 0 adds all the others, named "1", "2", ...; then it renews its path.
  std::vector<Group> group_of(size_t count, Extensions extensions = {}) {
    std::vector<Group> members;
    members.push_back(create("0", std::move(extensions)));
    std::vector<OwnKeyPackage> joining;
    std::vector<Proposal> adds;
    for (size_t i = 1; i < count; ++i) {
      joining.push_back(key_package(std::to_string(i)));
      adds.push_back({Add{joining.back().package}});
    }
    if (!adds.empty()) {
      NewEpoch epoch = commit(members[0], std::move(adds));
      members[0] = std::move(*epoch.group);
      for (OwnKeyPackage& own : joining)
        members.push_back(
            must(Group::join(*epoch.welcome, std::move(own), std::nullopt, environment())));
    }
    commit_and_adopt(members, 0);
    return members;
  }
};

inline void expect_agreement(const std::vector<Group>& members) {
  for (const Group& member : members) {
    EXPECT_EQ(member.state(), members.front().state());
    EXPECT_TRUE(equal(member.epoch_authenticator(), members.front().epoch_authenticator()));
    std::array<uint8_t, 32> mine{}, theirs{};
    member.export_secret("test", {}, mine);
    members.front().export_secret("test", {}, theirs);
    EXPECT_EQ(mine, theirs);
  }
}

inline AuthenticatedContent content_of(Bytes message) {
  const auto decoded = must(decode<Message>(message));
  const auto& plain = std::get<PublicMessage>(decoded.body);
  return {WireFormat::public_message, plain.content, plain.auth};
}

// Signed and tagged with the keys of `sender`.
inline Buffer sealed_by(const Group& sender, AuthenticatedContent content) {
  content.sign(sender.suite(), GroupPeek::signer(sender), sender.context());
  return encode_message(protect_public(sender.suite(), content, sender.context(),
                                       GroupPeek::secrets(sender).membership_key));
}

// A PublicMessage of `sender`, changed.
inline Buffer forged(const Group& sender, Bytes message,
                     const std::function<void(AuthenticatedContent&)>& change) {
  AuthenticatedContent content = content_of(message);
  change(content);
  return sealed_by(sender, std::move(content));
}

// What any member can say, however wrong. A commit's confirmation tag is of zeros.
inline Buffer said_by(const Group& sender, decltype(FramedContent::body) body) {
  AuthenticatedContent content;
  content.content = {sender.context().group_id,
                     sender.context().epoch,
                     Sender::member(sender.self()),
                     {},
                     std::move(body)};
  content.auth.confirmation_tag.resize(sender.suite().hash_size());
  return sealed_by(sender, std::move(content));
}

inline Commit by_value(std::vector<Proposal> proposals) {
  Commit commit;
  for (Proposal& proposal : proposals) commit.proposals.push_back({std::move(proposal)});
  return commit;
}

}  // namespace vicino::mls
