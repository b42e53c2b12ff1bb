// For tests: a client as the server's messages move it, with a real MLS group.
#pragma once

#include <deque>
#include <set>

#include "admission/member_fixture.h"
#include "crypto/ed25519.h"
#include "schema/wire_generated.h"
#include "server/calls.h"

namespace vicino::server {

struct Client {
  SenderId sender;
  uint8_t room;
  Buffer token;
  Buffer link;
  mls::SignatureKeys keys;
  mls::OwnKeyPackage package;
  mls::Group alone;  // what it would found
  std::optional<mls::Group> group;
  std::optional<mls::NewEpoch> pending;  // sent, not accepted yet
  ConnectionId connection{};
  size_t read = 0;  // messages of the connection
  Buffer nonce;
  uint64_t seen = 0;
  std::vector<std::string> texts;      // posts it could read
  std::set<uint64_t> waiting;          // people in the lobby, as it knows
  std::optional<std::string> refused;  // its last commit
};

inline Buffer link_id_of(Bytes token) {
  const auto hash = crypto::sha256(token);
  return {hash.begin(), hash.begin() + admission::link_id_size};
}

inline Client make_client(admission::MemberWorld& world, SenderId sender, uint8_t room,
                          uint8_t token_byte) {
  const Buffer token(32, token_byte);
  const Buffer link = link_id_of(token);
  mls::SignatureKeys keys = world.suite.random_signature_keys(world.random);
  mls::OwnKeyPackage package = mls::make_key_package(
      world.suite, keys.clone(), world.leaf(sender, link), world.lifetime(), world.random);
  mls::Group alone = world.found(Buffer(16, room), {world.leaf(sender, link), keys.clone()},
                                 {.link_id = link, .earlier = {}, .hosts = {sender}});
  return {.sender = sender,
          .room = room,
          .token = token,
          .link = link,
          .keys = std::move(keys),
          .package = std::move(package),
          .alone = std::move(alone),
          .group = {},
          .pending = {},
          .nonce = {},
          .texts = {},
          .waiting = {},
          .refused = {}};
}

inline void hear_handshake(admission::MemberWorld& world, Client& client,
                           const wire::HandshakeT& handshake) {
  client.seen = handshake.seq;
  if (client.pending && client.pending->commit == handshake.message) {
    client.group = std::move(client.pending->group);
    client.pending.reset();
    return;
  }
  auto received = admission::must(client.group->receive(handshake.message, world.environment()));
  if (auto* epoch = std::get_if<std::unique_ptr<mls::NewEpoch>>(&received)) {
    client.pending.reset();
    client.group = std::move((*epoch)->group);
  }
}

inline void hear_welcome(admission::MemberWorld& world, Client& client,
                         const wire::WelcomeT& welcome) {
  mls::OwnKeyPackage own{client.package.package, client.package.init_key.clone(),
                         client.package.encryption_key.clone(),
                         client.package.signature_keys.clone()};
  client.group = admission::must(
      mls::Group::join(welcome.welcome, std::move(own), welcome.tree, world.environment()));
  client.seen = welcome.seq;
}

inline void hear(admission::MemberWorld& world, Client& client, const wire::ServerMessageT& said) {
  const wire::ServerBodyUnion& body = said.body;
  if (const auto* hello = body.AsHello()) client.nonce = hello->nonce;
  if (const auto* joined = body.AsJoined(); joined && joined->founded) {
    client.group = client.alone.clone();
    client.seen = 1;
  }
  if (const auto* welcome = body.AsWelcome()) hear_welcome(world, client, *welcome);
  if (const auto* handshake = body.AsHandshake()) hear_handshake(world, client, *handshake);
  if (const auto* refused = body.AsCommitRefused()) {
    client.refused = refused->detail;
    client.pending.reset();
  }
  if (const auto* posted = body.AsPosted()) {
    client.seen = posted->seq;
    const auto received =
        admission::must(client.group->receive(posted->message, world.environment()));
    const auto& plaintext = std::get<mls::ReceivedApplication>(received).plaintext;
    client.texts.emplace_back(as_text(plaintext));
  }
  if (const auto* waiting = body.AsWaiting()) client.waiting.insert(waiting->sender);
  if (const auto* gone = body.AsWaitingGone()) client.waiting.erase(gone->sender);
}

}  // namespace vicino::server
