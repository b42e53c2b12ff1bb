#include "core/call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/wire_generated.h"

namespace vicino::core {
namespace {

using ::testing::HasSubstr;

constexpr const char* link_text = "https://vicino.example/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw";
const OwnState state{"Ada", true, true, false, false};

// The server's words.
template <class T>
Buffer server_says(flatbuffers::FlatBufferBuilder& b, wire::ServerBody type, flatbuffers::Offset<T> body) {
  b.Finish(wire::CreateServerMessage(b, type, body.Union()));
  return Buffer(b.GetBufferPointer(), b.GetBufferPointer() + b.GetSize());
}

Buffer joined(uint32_t self, std::vector<std::pair<uint32_t, uint64_t>> others = {}) {
  flatbuffers::FlatBufferBuilder b;
  std::vector<flatbuffers::Offset<wire::Participant>> roster;
  const std::vector<uint8_t> profile(60), resume(16, static_cast<uint8_t>(self));
  for (const auto& [id, sender] : others) roster.push_back(wire::CreateParticipantDirect(b, id, sender, &profile));
  return server_says(b, wire::ServerBody::Joined, wire::CreateJoinedDirect(b, self, &resume, "answer", &roster, 8));
}
Buffer refused(wire::Refusal reason, uint32_t retry_after_ms = 0) {
  flatbuffers::FlatBufferBuilder b;
  return server_says(b, wire::ServerBody::Refused, wire::CreateRefusedDirect(b, reason, "why", retry_after_ms));
}

class CallTest : public ::testing::Test {
 protected:
  void SetUp() override { call.open(now, link_text); }
  // Up to Joined as participant `self`.
  void enter(uint32_t self = 1) {
    call.socket_opened(now);
    call.join(now, "offer", {{"0", Source::microphone, 0, 0}}, state);
    call.socket_message(now, joined(self));
  }
  template <class T>
  std::vector<T> all(std::vector<Output> outputs) {
    std::vector<T> found;
    for (Output& o : outputs) {
      if (auto* one = std::get_if<T>(&o)) found.push_back(std::move(*one));
    }
    return found;
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

TEST_F(CallTest, ConnectsAsksForAnOfferJoinsAndHandsOnTheAnswer) {
  EXPECT_EQ(last<Connect>()->url, "wss://vicino.example/ws");
  call.socket_opened(now);
  EXPECT_EQ(last<NeedOffer>()->audio_slots, 8u);
  call.join(now, "offer", {{"0", Source::microphone, 0, 0}}, state);
  const Buffer message = last<Send>()->message;
  const auto* join = flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Join();
  ASSERT_TRUE(join);
  EXPECT_EQ(join->version(), 1);
  EXPECT_EQ(join->room()->size(), 16u);
  EXPECT_EQ(join->token()->size(), 32u);
  EXPECT_EQ(join->sender() & 15, 0u);
  EXPECT_EQ(join->offer()->str(), "offer");
  EXPECT_FALSE(join->resume());
  call.socket_message(now, joined(7, {{3, 0x30}}));
  const auto outputs = call.take_outputs();
  EXPECT_EQ(all<AnswerReady>(outputs).at(0).sdp, "answer");
  EXPECT_EQ(all<PhaseChanged>(outputs).at(0).phase, Phase::in_call);
  const RosterChanged roster = all<RosterChanged>(outputs).at(0);
  EXPECT_EQ(roster.self, ParticipantId{7});
  ASSERT_EQ(roster.participants.size(), 1u);
  EXPECT_EQ(roster.participants[0].name, std::nullopt) << "a profile that isn't sealed under the link's secret";
}

TEST_F(CallTest, TheSecretAndTheNameAreInNothingThatIsSent) {
  enter();
  call.set_state({"Ada Lovelace", false, false, false, false});
  const auto secret = Link::parse(link_text)->secret.clone();
  for (const Send& send : all<Send>(call.take_outputs())) {
    EXPECT_EQ(as_text(send.message).find(as_text(secret.expose())), std::string_view::npos);
    EXPECT_EQ(as_text(send.message).find("Ada"), std::string_view::npos);
  }
}

TEST_F(CallTest, ALostSocketIsTriedAgainLaterAndLaterAndResumesTheStay) {
  enter();
  call.take_outputs();
  Duration longest{};
  for (uint32_t attempt = 1; attempt <= 8; ++attempt) {
    call.socket_closed(now);
    EXPECT_EQ(last<PhaseChanged>()->attempt, attempt);
    const Duration wait = call.next_timeout() - now;
    EXPECT_LE(wait, milliseconds(7'500));
    longest = std::max(longest, wait);
    now = call.next_timeout();
    call.handle_timeout(now);
    EXPECT_TRUE(last<Connect>());
  }
  EXPECT_GE(longest, seconds(5));
  call.socket_opened(now);
  call.join(now, "offer", {}, state);
  const Buffer message = last<Send>()->message;
  const auto* join = flatbuffers::GetRoot<wire::ClientMessage>(message.data())->body_as_Join();
  ASSERT_TRUE(join->resume());
  EXPECT_EQ(join->resume()->Get(0), 1);
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

TEST_F(CallTest, WatchesAgainAfterAResumedStayAndNotInAnother) {
  enter(1);
  call.watch({{{5}, Source::camera, 640, 360}});
  call.take_outputs();
  const auto watches_after = [&](uint32_t self) {
    call.restart(now);
    call.join(now, "offer", {}, state);
    call.take_outputs();
    call.socket_message(now, joined(self));
    return all<Send>(call.take_outputs()).size();
  };
  EXPECT_EQ(watches_after(1), 1u);
  EXPECT_EQ(watches_after(2), 0u);
}

TEST_F(CallTest, RefusalsEndTheCallWithTheirReason) {
  for (const auto& [refusal, reason] : {std::pair{wire::Refusal::wrong_link, EndReason::wrong_link},
                                        std::pair{wire::Refusal::room_full, EndReason::room_full},
                                        std::pair{wire::Refusal::open_room, EndReason::open_room},
                                        std::pair{wire::Refusal::bad_message, EndReason::internal}}) {
    Call one(random, {});
    one.open(now, link_text);
    one.socket_opened(now);
    one.join(now, "offer", {}, state);
    one.take_outputs();
    one.socket_message(now, refused(refusal));
    const auto ended = all<Ended>(one.take_outputs());
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].reason, reason);
    EXPECT_EQ(one.next_timeout(), Instant::never());
  }
}

TEST_F(CallTest, ADrainingServerIsComeBackToWhenItAsks) {
  enter();
  call.take_outputs();
  call.socket_message(now, refused(wire::Refusal::draining, 2000));
  EXPECT_EQ(last<PhaseChanged>()->phase, Phase::reconnecting);
  EXPECT_GE(call.next_timeout() - now, seconds(2));
}

TEST_F(CallTest, AnIncompleteLinkSaysWhatIsMissing) {
  Call one(random, {});
  one.open(now, "https://vicino.example/j/AAECAwQFBgcICQoLDA0ODw");
  const auto ended = all<Ended>(one.take_outputs());
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].reason, EndReason::link_incomplete);
  EXPECT_THAT(ended[0].detail, HasSubstr("#"));
}

TEST_F(CallTest, GarbageFromTheServerIsADisconnectAndNothingWorse) {
  const Buffer good = joined(1, {{3, 0x30}});
  for (size_t i = 0; i < 2'000; ++i) {
    Call one(random, {});
    one.open(now, link_text);
    one.socket_opened(now);
    one.join(now, "offer", {}, state);
    Buffer bad = good;
    for (int flips = 0; flips < 4; ++flips) bad[random.u32() % bad.size()] ^= static_cast<uint8_t>(random.u32());
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
