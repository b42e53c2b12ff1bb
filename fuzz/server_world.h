// What a server needs around it, in memory, and three people who can found a call and join it.
#pragma once

#include <map>

#include "admission/call_context.h"
#include "admission/policy_fixture.h"
#include "crypto/hash.h"
#include "input.h"
#include "server/calls.h"

namespace vicino::server {

class MemoryRooms final : public RoomRegistry {
 public:
  std::optional<TokenHash> find(const RoomName& room) override {
    const auto found = rooms.find(room);
    return found == rooms.end() ? std::nullopt : std::optional(found->second);
  }
  Status insert(const RoomName& room, const TokenHash& token, WallTime) override {
    if (rooms.size() >= 3) return fail(Errc::exhausted, "too many rooms");
    rooms[room] = token;
    return {};
  }
  bool is_revoked(const RoomName&, const TokenHash&) override { return false; }

  std::map<RoomName, TokenHash> rooms;
};

class MemoryGroups final : public GroupStore {
 public:
  std::optional<SavedGroup> find(const RoomName& room) override {
    const auto found = groups.find(room);
    return found == groups.end() ? std::nullopt : std::optional(found->second);
  }
  Status save(const RoomName& room, const SavedGroup& group, const std::optional<TokenHash>&,
              WallTime) override {
    groups[room] = group;
    return {};
  }
  void erase(const RoomName& room) override { groups.erase(room); }

  std::map<RoomName, SavedGroup> groups;
};

// Three people with the link of room 1; the first founds its call. Made once: signatures take long.
class People {
 public:
  struct Person {
    SenderId sender;
    mls::SignatureKeys keys;
    mls::OwnKeyPackage package;
    mls::Group alone;
  };

  People() {
    for (uint64_t n = 1; n <= 3; ++n) people.push_back(make({n}));
  }
  mls::Environment environment() const { return {everybody_, psks_, rules_, now}; }

  static constexpr uint64_t now = 1'700'000'000;
  const mls::Suite& suite =
      *mls::Suite::find(mls::CipherSuite::x25519_chacha20poly1305_sha256_ed25519);
  const Buffer token = Buffer(32, 1);
  SeededRandom random{5};
  std::vector<Person> people;

 private:
  Person make(SenderId sender) {
    const auto hash = crypto::sha256(token);
    const Buffer link(hash.begin(), hash.begin() + admission::link_id_size);
    const mls::LeafTemplate leaf{
        admission::credential_of(sender),
        admission::capabilities(),
        {admission::to_extension(admission::MemberExtension{link, Buffer(64, 7)})}};
    const mls::Lifetime lifetime{now - 3600, now + 3600};
    mls::SignatureKeys keys = suite.random_signature_keys(random);
    const mls::SignatureKeys server = *suite.signature_keys(Buffer(32, 9));
    const std::vector<mls::ExternalSender> senders = {
        {server.public_key, mls::Credential::basic(as_bytes("server"))}};
    const admission::CallContext context{
        .link_id = link, .earlier = {}, .lobby = sender.value != 1, .hosts = {sender}};
    auto package = mls::make_key_package(suite, keys.clone(), leaf, lifetime, random);
    auto alone = mls::Group::create(suite, Buffer(32, 1), {leaf, keys.clone()}, lifetime,
                                    {{mls::ExtensionType::external_senders, mls::encode(senders)},
                                     {mls::ExtensionType::required_capabilities,
                                      mls::encode(admission::required_capabilities())},
                                     admission::to_extension(context)},
                                    environment(), random);
    CHECK(alone.has_value());
    return {sender, std::move(keys), std::move(package), std::move(*alone)};
  }

  admission::Everybody everybody_;
  admission::LinkPsks psks_;
  mls::Rules rules_ = admission::call_rules();
};

}  // namespace vicino::server
