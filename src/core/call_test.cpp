// The connection: connecting, refusals, retries. Whole calls with a server are in tests/call_world.
#include "core/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/wire_generated.h"

namespace vicino::core {
namespace {

using ::testing::HasSubstr;

constexpr const char* link_text =
    "https://vicino.example/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw";
constexpr WallTime wall{1'700'000'000'000};
const OwnState state{true, true, false, false};

// The server's words.
template <class Body>
Buffer server_says(Body body) {
  wire::ServerMessageT message;
  message.body.Set(std::move(body));
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(wire::ServerMessage::Pack(builder, &message));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}
Buffer hello(uint16_t version = 2) {
  // An external sender's key has to be a point.
  const auto key = crypto::ed25519_signing_key(std::array<uint8_t, 32>{1});
  const Bytes point = crypto::ed25519_public(key.expose());
  wire::HelloT message;
  message.version = version;
  message.nonce.assign(32, 7);
  message.external_sender.assign(point.begin(), point.end());
  return server_says(message);
}
Buffer joined() {
  wire::JoinedT message;
  message.self = 7;
  message.answer = "answer";
  message.founded = true;
  return server_says(std::move(message));
}
Buffer refused(wire::Refusal reason, uint32_t retry_after_ms = 0) {
  wire::RefusedT message;
  message.reason = reason;
  message.detail = "why";
  message.retry_after_ms = retry_after_ms;
  return server_says(message);
}

template <class T>
std::vector<T> all(std::vector<Output> outputs) {
  std::vector<T> found;
  for (Output& o : outputs) {
    if (auto* one = std::get_if<T>(&o)) found.push_back(std::move(*one));
  }
  return found;
}

class CallTest : public ::testing::Test {
 protected:
  CallTest() { call.open(now, wall, {link_text, "Ada"}); }
  void greet(Call& c) {
    c.socket_opened(now);
    c.socket_message(now, hello());
  }
  // Up to Joined, as the founder.
  void enter() {
    greet(call);
    call.join(now, "offer", {{"0", Source::microphone, 0, 0}}, state);
    call.socket_message(now, joined());
  }
  template <class T>
  std::optional<T> last() {
    auto found = all<T>(call.take_outputs());
    return found.empty() ? std::nullopt : std::optional(std::move(found.back()));
  }

  SeededRandom random{1};
  Instant now{1'000'000};
  Call call{random, {}};
};

TEST_F(CallTest, ConnectsListensAsksForAnOfferAndJoinsAsANewcomer) {
  EXPECT_EQ(last<Connect>()->url, "wss://vicino.example/ws");
  greet(call);
  EXPECT_EQ(last<NeedOffer>()->audio_slots, 8u);
  call.join(now, "offer", {{"0", Source::microphone, 0, 0}}, state);
  const Buffer message = last<Send>()->message;
  const auto* join = flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Join();
  ASSERT_TRUE(join);
  EXPECT_EQ(join->version(), 2);
  EXPECT_EQ(join->room()->size(), 16u);
  EXPECT_EQ(join->token()->size(), 32u);
  EXPECT_NE(join->sender(), 0u);
  EXPECT_EQ(join->offer()->str(), "offer");
  EXPECT_TRUE(join->key_package() && join->group_info() && join->waiting_name());
  EXPECT_FALSE(join->proof());
  call.socket_message(now, joined());
  const auto outputs = call.take_outputs();
  EXPECT_EQ(all<AnswerReady>(outputs).at(0).sdp, "answer");
  EXPECT_EQ(all<PhaseChanged>(outputs).back().phase, Phase::in_call);
  EXPECT_EQ(all<RosterChanged>(outputs).back().view.self.name, "Ada");
  EXPECT_EQ(all<RoomChanged>(outputs).back().link, link_text);
}

TEST_F(CallTest, TheSecretAndTheNameAreInNothingThatIsSent) {
  enter();
  call.say(now, "Ada says hello");
  const auto secret = Link::parse(link_text)->secret.clone();
  const auto sent = all<Send>(call.take_outputs());
  EXPECT_GE(sent.size(), 3u);
  for (const Send& send : sent) {
    EXPECT_EQ(as_text(send.message).find(as_text(secret.expose())), std::string_view::npos);
    EXPECT_EQ(as_text(send.message).find("Ada"), std::string_view::npos);
  }
}

TEST_F(CallTest, WhatIsWatchedOfTheOwnVideoIsPassedOn) {
  const auto watched = [](std::initializer_list<const char*> rids) {
    wire::WatchedT message;
    for (const char* rid : rids) {
      message.layers.push_back(std::make_unique<wire::WatchedLayerT>());
      message.layers.back()->source = wire::Source::camera;
      message.layers.back()->rid = rid;
    }
    return server_says(std::move(message));
  };
  enter();
  call.take_outputs();
  call.socket_message(now, watched({"q", "f"}));
  const auto layers = last<WatchedChanged>()->layers;
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].source, Source::camera);
  EXPECT_EQ(layers[0].rid, "q");
  EXPECT_EQ(layers[1].rid, "f");
  call.socket_message(now, watched({}));
  EXPECT_TRUE(last<WatchedChanged>()->layers.empty()) << "each list replaces the one before";
}

TEST_F(CallTest, PoorUplinksAreToldByThePeoplesNumbers) {
  const auto uplinks = [](std::initializer_list<std::pair<uint32_t, uint16_t>> poor) {
    wire::UplinksT message;
    for (const auto& [participant, lost] : poor) {
      message.poor.push_back(std::make_unique<wire::UplinkT>());
      message.poor.back()->participant = participant;
      message.poor.back()->lost_permille = lost;
    }
    return server_says(std::move(message));
  };
  constexpr uint32_t self = 7, nobody = 8;
  enter();
  call.take_outputs();
  call.socket_message(now, uplinks({{nobody, 90}, {self, 120}}));
  EXPECT_EQ(last<UplinksChanged>()->poor, (std::vector<UplinkView>{{PersonNumber{1}, 120}}));
  call.socket_message(now, uplinks({{self, 120}}));
  EXPECT_FALSE(last<UplinksChanged>()) << "nothing new";
  call.socket_message(now, uplinks({}));
  EXPECT_TRUE(last<UplinksChanged>()->poor.empty());
}

TEST_F(CallTest, ALostSocketIsTriedAgainLaterAndLaterAndTheMemberProvesItself) {
  enter();
  call.take_outputs();
  Duration longest{};
  for (uint32_t attempt = 1; attempt <= 16; ++attempt) {
    call.socket_closed(now);
    EXPECT_EQ(last<PhaseChanged>()->attempt, attempt);
    const Duration wait = call.next_timeout() - now;
    EXPECT_LE(wait, milliseconds(7'500));
    longest = std::max(longest, wait);
    now = call.next_timeout();
    call.handle_timeout(now);
    EXPECT_TRUE(last<Connect>());
  }
  EXPECT_GE(longest, milliseconds(4'900));
  greet(call);
  call.join(now, "offer", {}, state);
  const Buffer message = last<Send>()->message;
  const auto* join = flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Join();
  ASSERT_TRUE(join->proof());
  EXPECT_EQ(join->proof()->size(), 64u);
  EXPECT_FALSE(join->key_package());
}

TEST_F(CallTest, AServerThatDoesntAnswerIsGivenUpAndTriedAgain) {
  call.take_outputs();
  now = call.next_timeout();
  call.handle_timeout(now);
  auto outputs = call.take_outputs();
  EXPECT_EQ(all<Disconnect>(outputs).size(), 1u);
  EXPECT_EQ(all<PhaseChanged>(outputs).at(0).phase, Phase::reconnecting);
}

TEST_F(CallTest, RestartAsksForAFreshOfferAtOnce) {
  enter();
  call.take_outputs();
  call.restart(now);
  EXPECT_TRUE(last<NeedOffer>());
  call.restart(now);
  EXPECT_FALSE(last<NeedOffer>()) << "under way already";
}

Buffer ice_restarted(std::string ufrag, std::string pwd) {
  wire::IceRestartedT message;
  message.ufrag = std::move(ufrag);
  message.pwd = std::move(pwd);
  return server_says(message);
}

TEST_F(CallTest, AnIceRestartIsAskedForOnceAndItsAnswerPassedOn) {
  call.restart_ice(now, {"abcd", "password"});
  EXPECT_FALSE(last<Send>()) << "not in the call yet";
  enter();
  call.take_outputs();
  call.restart_ice(now, {"abcd", "password"});
  const Buffer message = last<Send>()->message;
  const auto* restart =
      flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_RestartIce();
  ASSERT_TRUE(restart);
  EXPECT_EQ(restart->ufrag()->str(), "abcd");
  EXPECT_EQ(restart->pwd()->str(), "password");
  call.restart_ice(now, {"efgh", "password"});
  EXPECT_FALSE(last<Send>()) << "one is unanswered";
  call.socket_message(now, ice_restarted("srv", "secret"));
  const auto answer = last<IceRestarted>();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->ufrag, "srv");
  EXPECT_EQ(answer->pwd, "secret");
  call.restart_ice(now, {"efgh", "password"});
  EXPECT_TRUE(last<Send>());
}

TEST_F(CallTest, WhatCouldEndALineIsNoCredential) {
  enter();
  call.restart_ice(now, {"abcd", "password"});
  call.take_outputs();
  call.socket_message(now, ice_restarted("srv", "secret\r\na=candidate:1"));
  EXPECT_FALSE(last<IceRestarted>());
}

TEST_F(CallTest, AnIceRestartWithoutAnswerIsADeadConnection) {
  for (const bool asked_by_host : {false, true}) {
    Call one(random, {});
    one.open(now, wall, {link_text, "Ada"});
    greet(one);
    one.join(now, "offer", {}, state);
    one.socket_message(now, joined());
    one.restart_ice(now, {"abcd", "password"});
    one.take_outputs();
    if (asked_by_host) {
      one.restart(now);
    } else {
      for (const Instant end = now + CallOptions{}.restart_time; now < end;) {
        now = one.next_timeout();
        one.handle_timeout(now);
      }
    }
    auto outputs = one.take_outputs();
    EXPECT_EQ(all<Disconnect>(outputs).size(), 1u);
    EXPECT_EQ(all<NeedOffer>(outputs).size(), 0u) << "the old path may still come back";
    now = one.next_timeout();
    one.handle_timeout(now);
    EXPECT_EQ(all<Connect>(one.take_outputs()).size(), 1u);
  }
}

TEST_F(CallTest, ALostServerIsTriedAgainEverySecondOrTwoAtFirst) {
  const CallOptions options;
  enter();
  call.socket_closed(now);
  const Instant lost = now;
  Instant tried = now;
  while (now - lost < seconds(12)) {
    now = call.next_timeout();
    call.handle_timeout(now);
    if (all<Connect>(call.take_outputs()).empty()) continue;
    EXPECT_LE(now - tried, options.connect_time + options.quick_retry * 3 / 2);
    tried = now;
  }
  EXPECT_GT(tried, lost);
}

TEST_F(CallTest, RefusalsEndTheCallWithTheirReason) {
  using enum wire::Refusal;
  for (const auto& [refusal, reason] :
       {std::pair{wrong_link, EndReason::wrong_link},
        std::pair{wire::Refusal::room_full, EndReason::room_full},
        std::pair{wire::Refusal::open_room, EndReason::open_room},
        std::pair{bad_message, EndReason::internal},
        std::pair{wire::Refusal::not_admitted, EndReason::not_admitted},
        std::pair{wire::Refusal::removed, EndReason::removed},
        std::pair{wire::Refusal::nobody_answered, EndReason::nobody_answered},
        std::pair{wire::Refusal::link_revoked, EndReason::link_revoked},
        std::pair{wire::Refusal::room_locked, EndReason::room_locked},
        std::pair{wire::Refusal::lobby_full, EndReason::lobby_full}}) {
    Call one(random, {});
    one.open(now, wall, {link_text, "Ada"});
    greet(one);
    one.join(now, "offer", {}, state);
    one.take_outputs();
    one.socket_message(now, refused(refusal));
    const auto ended = all<Ended>(one.take_outputs());
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].reason, reason);
    EXPECT_EQ(one.next_timeout(), Instant::never());
  }
}

TEST_F(CallTest, AnotherVersionIsSaidSo) {
  call.socket_opened(now);
  call.socket_message(now, hello(3));
  EXPECT_EQ(last<Ended>()->reason, EndReason::wrong_version);
}

TEST_F(CallTest, ADrainingServerIsComeBackToWhenItAsks) {
  enter();
  call.take_outputs();
  call.socket_message(now, refused(wire::Refusal::draining, 2000));
  EXPECT_EQ(last<PhaseChanged>()->phase, Phase::reconnecting);
  EXPECT_GE(call.next_timeout() - now, seconds(2));
}

TEST_F(CallTest, WhoIsNoMemberAnyMoreComesAsANewcomer) {
  enter();
  call.restart(now);
  call.join(now, "offer", {}, state);
  call.take_outputs();
  call.socket_message(now, refused(wire::Refusal::not_a_member));
  EXPECT_TRUE(last<Connect>());
  greet(call);
  call.join(now, "offer", {}, state);
  const Buffer message = last<Send>()->message;
  EXPECT_TRUE(
      flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Join()->key_package());
}

TEST_F(CallTest, AnIncompleteLinkSaysWhatIsMissing) {
  Call one(random, {});
  one.open(now, wall, {"https://vicino.example/j/AAECAwQFBgcICQoLDA0ODw", "Ada"});
  const auto ended = all<Ended>(one.take_outputs());
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].reason, EndReason::link_incomplete);
  EXPECT_THAT(ended[0].detail, HasSubstr("#"));
}

TEST_F(CallTest, GarbageFromTheServerIsADisconnectAndNothingWorse) {
  const Buffer good = joined();
  for (size_t i = 0; i < 500; ++i) {
    Call one(random, {});
    one.open(now, wall, {link_text, "Ada"});
    greet(one);
    one.join(now, "offer", {}, state);
    Buffer bad = good;
    for (int flips = 0; flips < 4; ++flips)
      bad[random.u32() % bad.size()] ^= static_cast<uint8_t>(random.u32());
    if (i % 2 == 0) bad.resize(random.u32() % bad.size());
    one.socket_message(now, bad);
    one.take_outputs();
  }
}

TEST_F(CallTest, LeavingSaysGoodByeOnce) {
  enter();
  call.take_outputs();
  call.leave();
  call.leave();
  const auto outputs = call.take_outputs();
  EXPECT_EQ(all<Send>(outputs).size(), 1u);
  EXPECT_EQ(all<Ended>(outputs).size(), 1u);
  EXPECT_EQ(all<Disconnect>(outputs).size(), 1u);
}

}  // namespace
}  // namespace vicino::core
