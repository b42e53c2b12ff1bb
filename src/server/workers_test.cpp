// Rooms on several workers.
#include "server/calls_fixture.h"
#include "server/shard_model.h"

namespace vicino::server {
namespace {

class WorkersTest : public CallsTest {
 protected:
  void begin(size_t members_per_worker) {
    config.members_per_worker = members_per_worker;
    config.open_rooms = {{"stage", ""}};
    start(2);
  }
  std::string watch() {
    const auto viewer =
        make_offer({.audio_slots = 1, .video_slots = 1, .microphone = false, .camera = false});
    const auto made = calls->create_resource(now, false, "stage", "", "", viewer);
    EXPECT_TRUE(made);
    look();
    return made->id;
  }
  std::string publish(std::string_view peer = "") {
    const auto made = calls->create_resource(now, true, "stage", peer, "",
                                             make_offer({.audio_slots = 0, .video_slots = 0}));
    EXPECT_TRUE(made);
    look();
    return made->id;
  }
  void end(const std::string& id) {
    EXPECT_TRUE(calls->delete_resource(now, "stage", id, ""));
    look();
  }
  void look() {
    pump();
    model.apply(commands);
    commands.clear();
    model.expect_sound();
  }

  ShardModel model;
};

TEST_F(WorkersTest, ACallSpreadsWhenItsWorkerHasEnoughOfIt) {
  begin(2);
  member(1);
  member(2);
  look();
  EXPECT_EQ(model.shards_of(1), 1u);
  Client& third = member(3);
  const auto* joined = last<wire::JoinedT>(third);
  EXPECT_NE(joined->answer.find(" 40001 "), std::string::npos) << "the other worker's port";
  look();
  EXPECT_EQ(model.shards_of(1), 2u);
  EXPECT_EQ(model.at(1, 1).relayed.size(), 2u);
  EXPECT_EQ(model.at(0, 1).relayed.size(), 1u);
}

TEST_F(WorkersTest, AWorkerForgetsARoomWithItsLastMemberThere) {
  begin(2);
  member(1);
  member(2);
  Client& third = member(3);
  look();
  send(third.connection, wire::LeaveT());
  look();
  EXPECT_EQ(model.shards_of(1), 1u);
  EXPECT_TRUE(model.at(0, 1).others.empty());
}

TEST_F(WorkersTest, WhoIsRemovedIsCutOffOnEveryWorker) {
  begin(1);
  Client& host = member(1);
  Client& gone = member(2);
  look();
  const uint32_t id = id_of(gone).value;
  EXPECT_FALSE(remove(host, gone));
  std::set<size_t> told;
  for (const ToShard& c : commands) {
    const auto* removal = std::get_if<sfu::RemoveParticipant>(&c.command);
    if (removal && removal->id.value == id) told.insert(c.shard);
  }
  EXPECT_EQ(told, (std::set<size_t>{0, 1}));
  look();
}

TEST_F(WorkersTest, WhoComesBackStaysOnItsWorker) {
  begin(1);
  member(1);
  Client& back = member(2);
  look();
  close(back.connection);
  come_back(back);
  EXPECT_NE(last<wire::JoinedT>(back)->answer.find(" 40001 "), std::string::npos);
  look();
  EXPECT_EQ(model.shards_of(1), 2u);
}

TEST_F(WorkersTest, WhatAWorkerForwardsDecidesToo) {
  begin(50);
  calls->measured(0, 100'000);
  member(1, 1);
  look();
  EXPECT_EQ(model.at(1, 1).own.size(), 1u);
}

TEST_F(WorkersTest, ALivestreamsViewersAreOnAllWorkers) {
  begin(20);
  publish();
  for (int i = 0; i < 199; ++i) watch();
  EXPECT_EQ(model.at(0, 1).own.size(), 100u);
  EXPECT_EQ(model.at(1, 1).own.size(), 100u);
  EXPECT_EQ(model.at(1, 1).relayed.size(), 1u);
}

TEST_F(WorkersTest, NothingIsLeftWhateverComesAndGoes) {
  begin(3);
  SeededRandom dice(5);
  std::vector<std::string> there;
  size_t spread = 0;
  for (int i = 0; i < 2000; ++i) {
    const uint64_t roll = dice.next() % 20;
    if (there.empty() || roll < 9) {
      there.push_back(roll < 3 ? publish() : watch());
    } else {
      const auto one = there.begin() + static_cast<ptrdiff_t>(dice.next() % there.size());
      end(*one);
      there.erase(one);
    }
    spread += calls->counts().rooms == 1 && !model.empty() && there.size() > 5;
    if (HasFailure()) return;
  }
  EXPECT_GT(spread, 100u) << "the dice must have met what is tested";
  for (const std::string& id : there) end(id);
  EXPECT_TRUE(model.empty());
}

}  // namespace
}  // namespace vicino::server
