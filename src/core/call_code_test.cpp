#include "core/call_code.h"

#include <gmock/gmock.h>

#include "core/call_code_room.h"
#include "crypto/hash.h"

namespace vicino::core {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using State = CallCode::State;

TEST(CallCode, AllShowTheSameShortlyAfterTheRosterIsQuiet) {
  Room room(4);
  room.begin(3);
  room.run_until(at(499));
  EXPECT_THAT(room.states(), Each(State::settling));
  room.run_until(at(1000));
  const CallCode::Code code = expect_one_code(room);
  EXPECT_THAT(code, Each(testing::Lt(64)));
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(room[i].posts, 2u);
    EXPECT_THAT(room.code(i).silent(), IsEmpty());
    EXPECT_EQ(room.code(i).next_timeout(), Instant::never());
  }
}

TEST(CallCode, OneMemberAloneHasNone) {
  Room room(1);
  room.begin(0);
  room.run_until(at(60'000));
  EXPECT_EQ(room.code(0).state(), State::alone);
  EXPECT_EQ(room.code(0).code(), std::nullopt);
  EXPECT_EQ(room[0].posts, 0u);
}

TEST(CallCode, AHundredMembersPostTwiceEach) {
  Room room(100);
  room.begin(1);
  room.run_until(at(2000));
  expect_one_code(room);
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(room[i].posts, 2u);
}

TEST(CallCode, AChangeOfTheRosterMakesItVoidAndANewOne) {
  Room room(3);
  room.begin(1);
  room.run_until(at(1000));
  const CallCode::Code before = expect_one_code(room);
  room.begin(2);
  EXPECT_THAT(room.states(), Each(State::settling));
  EXPECT_EQ(room.code(0).code(), std::nullopt);
  room.run_until(at(2000));
  EXPECT_NE(expect_one_code(room), before);
}

TEST(CallCode, SettlesOnceAfterManyChanges) {
  Room room(3);
  for (uint64_t epoch = 1; epoch <= 10; ++epoch) {
    room.begin(epoch);
    room.run_until(room.now() + milliseconds(300));
  }
  room.run_until(at(5000));
  expect_one_code(room);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(room[i].posts, 2u);
}

TEST(CallCode, IsTheFirst42BitsOfTheHashOfEverything) {
  Room room(2, 1, milliseconds(0));
  std::vector<post::Content> said[2];
  for (size_t i = 0; i < 2; ++i) {
    room[i].deviation = [&said, i](auto& posts) { said[i].insert(said[i].end(), posts.begin(), posts.end()); };
  }
  room.begin(0x0102, as_bytes("auth"));
  room.run_until(at(1000));
  for (const auto& each : said) ASSERT_EQ(each.size(), 2u);
  Buffer preimage;
  const auto add = [&](Bytes bytes) { preimage.insert(preimage.end(), bytes.begin(), bytes.end()); };
  const Buffer epoch_and_round = {0, 0, 0, 0, 0, 0, 1, 2, 0, 0};
  const Buffer sized_authenticator = {0, 4, 'a', 'u', 't', 'h'};
  const Buffer id0 = {0, 0, 0, 0, 0, 0, 3, 0xe8}, id1 = {0, 0, 0, 0, 0, 0, 3, 0xe7};
  add(as_bytes("vicino/2 code commit"));
  for (const Buffer& part : {epoch_and_round, sized_authenticator, Buffer{0, 2}, id0, id1, id0}) add(part);
  add(std::get<post::CodeReveal>(said[0][1]).nonce);
  EXPECT_EQ(crypto::sha256(preimage), std::get<post::CodeCommit>(said[0][0]).commitment);

  preimage.clear();
  add(as_bytes("vicino/2 code"));
  for (const Buffer& part : {sized_authenticator, Buffer{0, 0}, Buffer{0, 2}}) add(part);
  for (const Buffer& part : {Buffer{0, 0, 0, 1}, id0, Buffer(32, 0), Buffer{0, 0, 0, 3}, id1, Buffer(32, 1)}) add(part);
  for (const Buffer& part : {Buffer{0, 2}, Buffer{0, 0, 0, 1}}) add(part);
  add(std::get<post::CodeReveal>(said[0][1]).nonce);
  add(Buffer{0, 0, 0, 3});
  add(std::get<post::CodeReveal>(said[1][1]).nonce);
  const auto hash = crypto::sha256(preimage);
  const CallCode::Code code = expect_one_code(room);
  EXPECT_EQ(code[0], hash[0] >> 2);
  EXPECT_EQ(code[1], (hash[0] & 3) << 4 | hash[1] >> 4);
  EXPECT_EQ(code[6], (hash[4] & 15) << 2 | hash[5] >> 6);
}

// Silence ----------------------------------------------------------------------------------------------------------

TEST(CallCode, WhoIsSilentIsLeftOutAfterFiveSeconds) {
  Room room(4);
  room[0].silent = true;  // would have been the first to restart
  room.begin(1);
  room.run_until(at(5400));
  EXPECT_THAT(room.code(1).state(), State::committing);
  room.run_until(at(6000));
  expect_one_code(room, {0});
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_THAT(room.code(i).silent(), ElementsAre(room.id(0)));
    EXPECT_EQ(room.code(i).round(), 1);
  }
}

TEST(CallCode, WithholdingARevealLeavesOneOutToo) {
  Room room(4);
  room[3].deviation = [](auto& posts) { drop<post::CodeReveal>(posts); };
  room.begin(1);
  room.run_until(at(6200));
  expect_one_code(room, {3});
  EXPECT_THAT(room.code(0).silent(), ElementsAre(room.id(3)));
  EXPECT_EQ(room.code(3).state(), State::left_out);
  EXPECT_EQ(room.code(3).code(), std::nullopt);
}

TEST(CallCode, SeveralSilentOnesCostOneRound) {
  Room room(10);
  for (const size_t i : {0u, 4u, 9u}) room[i].silent = true;
  room.begin(1);
  room.run_until(at(6000));
  expect_one_code(room, {0, 4, 9});
  EXPECT_EQ(room.code(1).silent().size(), 3u);
}

TEST(CallCode, WhoDoesNotRestartIsPassedOver) {
  Room room(5);
  for (const size_t i : {0u, 1u}) room[i].deviation = [](auto& posts) { drop<post::CodeRestart>(posts); };
  room[4].silent = true;
  room.begin(1);
  room.run_until(at(60'000));
  // The third one restarts; for those who withheld theirs the round had begun already.
  expect_one_code(room, {0, 1, 4});
}

TEST(CallCode, OfTwoMembersTheOneLeftHasNoCode) {
  Room room(2);
  room[1].silent = true;
  room.begin(1);
  room.run_until(at(60'000));
  EXPECT_EQ(room.code(0).code(), std::nullopt);
  EXPECT_THAT(room.code(0).silent(), ElementsAre(room.id(1)));
}

TEST(CallCode, TheSilentAreParticipantsAgainWhenTheRosterChanges) {
  Room room(3);
  room[2].silent = true;
  room.begin(1);
  room.run_until(at(7000));
  room[2].silent = false;
  room.begin(2);
  room.run_until(at(8000));
  expect_one_code(room);
  EXPECT_THAT(room.code(0).silent(), IsEmpty());
}

// What isn't for now ----------------------------------------------------------------------------------------------

TEST(CallCode, WhatComesBeforeTheOwnEpochIsKept) {
  Room room(3, 1, milliseconds(0));
  room.begin(1);
  room.run_until(at(1000));
  for (size_t i = 0; i < 2; ++i) {
    room.code(i).roster_changed(room.now(), 2, as_bytes("next"), room.roster(), room.id(i));
  }
  room.run_until(at(2000));
  EXPECT_EQ(room.code(0).state(), State::committing);
  room.code(2).roster_changed(room.now(), 2, as_bytes("next"), room.roster(), room.id(2));
  room.run_until(at(3000));
  expect_one_code(room);
}

TEST(CallCode, WhatIsForAnotherEpochOrRoundOrFromAStrangerIsIgnored) {
  Room room(2, 1, milliseconds(0));
  room.begin(5);
  CallCode& code = room.code(0);
  for (const uint64_t epoch : {4u, 6u}) {
    code.heard(start, room.id(1), post::CodeCommit{epoch, 0, {}});
    code.heard(start, room.id(1), post::CodeReveal{epoch, 0, {}});
    code.heard(start, room.id(1), post::CodeRestart{epoch, 1, {room.id(0)}});
  }
  code.heard(start, {4711}, post::CodeCommit{5, 0, {}});
  code.heard(start, room.id(0), post::CodeCommit{5, 0, {}});
  code.heard(start, room.id(1), post::CodeCommit{5, 8, {}});
  room.run_until(at(1000));
  expect_one_code(room);
}

TEST(CallCode, WhatIsKeptForLaterIsBounded) {
  Room room(2, 1, milliseconds(0));
  room.begin(1);
  room.run_until(at(100));
  // The attacker fills what is kept for later with messages of epochs that never come.
  for (uint64_t i = 0; i < 10'000; ++i) {
    room.code(0).heard(room.now(), room.id(1), post::CodeCommit{1000 + i, 0, {}});
    room.code(0).heard(room.now(), {100'000 + i}, post::CodeCommit{1000, 0, {}});
  }
  room.run_until(at(1000));
  expect_one_code(room);
  room.code(0).roster_changed(room.now(), 1000, as_bytes("a"), room.roster(), room.id(0));  // forgets all of it
  room.code(0).roster_changed(room.now(), 20'000, as_bytes("a"), room.roster(), room.id(0));
  room.code(1).roster_changed(room.now(), 20'000, as_bytes("a"), room.roster(), room.id(1));
  room.run_until(at(3000));
  expect_one_code(room);
}

// Whoever is silent or slow: those who show a code show the same.
TEST(CallCode, NoTwoShowDifferentCodesForTheSameGroup) {
  size_t shown = 0, possible = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SeededRandom random(seed);
    Room room(3 + random.next() % 6, seed, milliseconds(static_cast<int64_t>(random.next() % 500)));
    const std::set<size_t> unheard = make_some_fail(room, random);
    room.begin(1);
    room.run_until(at(200'000));
    std::set<CallCode::Code> codes;
    for (size_t i = 0; i < room.size(); ++i) {
      if (unheard.contains(i)) continue;
      EXPECT_EQ(room.code(i).next_timeout(), Instant::never());
      if (room.code(i).code()) codes.insert(*room.code(i).code());
      if (room.size() < unheard.size() + 2) continue;
      ++possible;
      shown += room.code(i).code() ? 1u : 0u;
    }
    EXPECT_LE(codes.size(), 1u) << seed;
  }
  // Who spoke while a restart without it was on its way may stay without a code until the roster changes.
  EXPECT_GT(shown * 100, possible * 98);
}

// Messages that take seconds may part the members, each side naming the other. A code tells which side one is on.
TEST(CallCode, ACodeIsTheSameExactlyForTheSameParticipants) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SeededRandom random(seed);
    Room room(3 + random.next() % 6, seed, milliseconds(static_cast<int64_t>(random.next() % 3000)));
    make_some_fail(room, random);
    room.begin(1);
    room.run_until(at(200'000));
    std::map<std::vector<SenderId>, std::set<CallCode::Code>> codes;
    std::set<CallCode::Code> different;
    for (size_t i = 0; i < room.size(); ++i) {
      if (!room.code(i).code()) continue;
      EXPECT_THAT(room.code(i).silent(), testing::Not(testing::Contains(room.id(i))));
      codes[room.code(i).silent()].insert(*room.code(i).code());
      different.insert(*room.code(i).code());
    }
    for (const auto& [silent, shown] : codes) EXPECT_EQ(shown.size(), 1u) << seed;
    EXPECT_EQ(different.size(), codes.size()) << seed;
  }
}

}  // namespace
}  // namespace vicino::core
