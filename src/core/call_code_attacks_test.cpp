#include <gmock/gmock.h>

#include "core/call_code.h"
#include "core/call_code_room.h"

namespace vicino::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using State = CallCode::State;

// What makes the code worth comparing ------------------------------------------------------------------------------

TEST(CallCode, NobodyRevealsBeforeAllHaveCommitted) {
  Room room(3);
  bool revealed = false;
  for (size_t i = 0; i < 2; ++i) {
    room[i].deviation = [&](auto& posts) {
      for (const post::Content& c : posts) revealed = revealed || std::holds_alternative<post::CodeReveal>(c);
    };
  }
  std::vector<post::Content> held;
  room[2].deviation = [&](auto& posts) {  // waits for the others' nonces before it commits
    held.insert(held.end(), posts.begin(), posts.end());
    posts.clear();
  };
  room.begin(1);
  room.run_until(at(5000));
  EXPECT_FALSE(revealed);
  room[2].deviation = nullptr;
  for (const post::Content& content : held) room.post(2, content);
  room.run_until(at(5200));
  EXPECT_TRUE(revealed);
  expect_one_code(room);
}

// Having seen all nonces, the last member looks for one of its own that gives a code it likes, and says that one.
TEST(CallCode, ANonceChangedAfterwardsIsCaughtAndItsMemberNamed) {
  Room room(3);
  room[2].deviation = [](auto& posts) {
    for (post::Content& c : posts) {
      if (auto* reveal = std::get_if<post::CodeReveal>(&c)) reveal->nonce[0] ^= 1;
    }
  };
  room.begin(1);
  room.run_until(at(4000));
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(room.code(i).code(), std::nullopt);
  room.run_until(at(7000));
  expect_one_code(room, {2});
  for (size_t i = 0; i < 2; ++i) EXPECT_THAT(room.code(i).silent(), ElementsAre(room.id(2)));
  EXPECT_EQ(room.code(2).code(), std::nullopt);
}

TEST(CallCode, TheFirstCommitmentAndTheFirstRevealCount) {
  Room room(2);
  room[1].deviation = [](auto& posts) {
    const std::vector<post::Content> once = posts;
    for (post::Content c : once) {
      if (auto* commit = std::get_if<post::CodeCommit>(&c)) commit->commitment[0] ^= 1;
      if (auto* reveal = std::get_if<post::CodeReveal>(&c)) reveal->nonce[0] ^= 1;
      posts.push_back(c);
    }
  };
  room.begin(1);
  room.run_until(at(1000));
  expect_one_code(room);
}

TEST(CallCode, AnotherMembersCommitmentCannotBeCopied) {
  Room room(3);
  post::CodeCommit copied;
  post::CodeReveal copied_nonce;
  room[0].deviation = [&](auto& posts) {
    for (const post::Content& c : posts) {
      if (const auto* commit = std::get_if<post::CodeCommit>(&c)) copied = *commit;
      if (const auto* reveal = std::get_if<post::CodeReveal>(&c)) copied_nonce = *reveal;
    }
  };
  room[2].deviation = [&](auto& posts) {
    for (post::Content& c : posts) {
      if (std::holds_alternative<post::CodeCommit>(c)) c = copied;
      if (std::holds_alternative<post::CodeReveal>(c)) c = copied_nonce;
    }
  };
  room.begin(1);
  room.run_until(at(3000));
  EXPECT_EQ(room.code(0).code(), std::nullopt);
  room.run_until(at(9000));
  EXPECT_THAT(room.code(0).silent(), ElementsAre(room.id(2)));
}

// The same members with the same nonces, but for one thing each.
CallCode::Code code_with(const std::function<void(Room&)>& change, Bytes authenticator = as_bytes("authenticator")) {
  Room room(3, 5);
  change(room);
  room.begin(1, authenticator);
  room.run_until(at(1000));
  return expect_one_code(room);
}

TEST(CallCode, AForkOrAnotherRosterGivesAnotherCode) {
  const CallCode::Code code = code_with([](Room&) {});
  EXPECT_EQ(code_with([](Room&) {}), code);
  EXPECT_NE(code_with([](Room&) {}, as_bytes("the other fork")), code);
  EXPECT_NE(code_with([](Room& room) { room[1].who.account_key[31] ^= 1; }), code);
  EXPECT_NE(code_with([](Room& room) { room[1].who.sender.value += 5000; }), code);
  EXPECT_NE(code_with([](Room& room) { room[2].who.leaf += 1; }), code);
}

TEST(CallCode, MembersInDifferentForksNeverShowTheSame) {
  Room room(4);
  room.begin(1);
  for (size_t i = 2; i < 4; ++i) room.code(i).roster_changed(start, 1, as_bytes("fork"), room.roster(), room.id(i));
  room.run_until(at(60'000));
  std::set<CallCode::Code> left, right;
  for (size_t i = 0; i < 4; ++i) {
    if (room.code(i).code()) (i < 2 ? left : right).insert(*room.code(i).code());
  }
  for (const CallCode::Code& code : left) EXPECT_FALSE(right.contains(code));
}

// Attacks by restarts ----------------------------------------------------------------------------------------------

TEST(CallCode, ARestartWithoutSomebodyWhoSpeaksIsIgnored) {
  for (const int64_t when : {0, 520, 560, 700, 3000}) {
    for (const size_t victim : {0u, 1u}) {
      Room room(4);
      room.begin(1);
      room.run_until(at(when));
      room.post(3, post::CodeRestart{1, 1, {room.id(victim)}});
      room.run_until(at(60'000));
      expect_one_code(room);
      for (size_t i = 0; i < 4; ++i) EXPECT_THAT(room.code(i).silent(), IsEmpty()) << when;
    }
  }
}

TEST(CallCode, AStormOfRestartsChangesNothing) {
  Room room(4);
  room.begin(1);
  for (size_t i = 0; i < 500; ++i) {
    const auto round = static_cast<uint16_t>(i % 12);
    room.post(3, post::CodeRestart{1, round, {room.id(i % 3)}});
    room.post(3, post::CodeRestart{1, round, {}});
    room.post(3, post::CodeRestart{1, round, {{777}}});
    room.run_until(room.now() + milliseconds(10));
  }
  room.run_until(at(60'000));
  expect_one_code(room);
  EXPECT_EQ(room.code(0).round(), 0);
}

TEST(CallCode, AMemberAndItsOwnRestartLeaveNobodyElseOut) {
  Room room(5);
  room[4].deviation = [&](auto& posts) {  // says it goes on without 1, and goes on
    drop<post::CodeReveal>(posts);
    if (!posts.empty()) {
      posts.push_back(post::CodeRestart{1, 1, {room.id(1)}});
      posts.push_back(post::CodeCommit{1, 1, {}});
    }
  };
  room.begin(1);
  room.run_until(at(60'000));
  expect_one_code(room, {4});
  EXPECT_THAT(room.code(0).silent(), ElementsAre(room.id(4)));
}

// Each round another one commits and withholds its reveal: whoever likes no code pays for each try with a member.
TEST(CallCode, RoundsAreBounded) {
  Room room(12);
  for (size_t i = 2; i < 12; ++i) {
    const size_t round = i - 2;
    room[i].deviation = [round](auto& posts) {
      drop<post::CodeRestart>(posts);
      std::erase_if(posts, [round](const post::Content& c) {
        const auto* reveal = std::get_if<post::CodeReveal>(&c);
        return reveal && reveal->round == round;
      });
    };
  }
  room.begin(1);
  room.run_until(at(200'000));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(room.code(i).state(), State::given_up);
    EXPECT_EQ(room.code(i).code(), std::nullopt);
    EXPECT_EQ(room.code(i).round(), 7);
    EXPECT_EQ(room.code(i).next_timeout(), Instant::never());
    EXPECT_LE(room[i].posts, 8u * 3u);
  }
}

}  // namespace
}  // namespace vicino::core
