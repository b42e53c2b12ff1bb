#include "server/directory.h"

#include <gtest/gtest.h>

namespace vicino::server {
namespace {

Stay client(uint64_t sender) {
  Stay stay;
  stay.sender = {sender};
  return stay;
}

Stay resource(const std::string& id) {
  Stay stay;
  stay.resource = Resource{id, true, ""};
  return stay;
}

TEST(Directory, KeepsNothingOfThoseWhoHaveGone) {
  Directory directory(2);
  EXPECT_TRUE(directory.empty());
  Room& call = directory.make_room(RoomName{1}, {});
  Room& open = directory.make_room("lobby", {});
  const ParticipantId a = directory.add(call, client(1)).id;
  const ParticipantId b = directory.add(open, resource("id")).id;
  EXPECT_EQ(directory.find_stay(call, SenderId{1})->id, a);
  EXPECT_FALSE(directory.find_stay(call, SenderId{2}));
  EXPECT_EQ(directory.find_resource("id")->id, b);
  EXPECT_FALSE(directory.find_resource("")) << "a client is no resource";
  directory.set_ufrag(*directory.find_stay(a), "first");
  directory.set_ufrag(*directory.find_stay(b), "other");
  directory.set_ufrag(*directory.find_stay(a), "second");
  EXPECT_EQ(directory.find_ufrag("second")->id, a);
  EXPECT_FALSE(directory.find_ufrag("first")) << "another has replaced it";
  EXPECT_FALSE(directory.find_ufrag(""));
  directory.remove(b);
  EXPECT_FALSE(directory.find_room("lobby")) << "an open room goes with its last";
  directory.remove(a);
  EXPECT_FALSE(directory.empty()) << "somebody may come back";
  directory.remove_if_unused(call);
  EXPECT_FALSE(directory.find_room(RoomName{1}));
  EXPECT_TRUE(directory.empty());
}

TEST(Directory, ARoomInUseStays) {
  Directory directory(1);
  Room& room = directory.make_room(RoomName{1}, {});
  room.call->lobby.add({.connection = {1},
                        .sender = {1},
                        .key_package_ref = {},
                        .signature_key = {},
                        .key_package = {},
                        .name = {},
                        .group_info = {},
                        .media = {}});
  EXPECT_EQ(directory.waiting(), 1u);
  directory.remove_if_unused(room);
  EXPECT_TRUE(directory.find_room(RoomName{1})) << "somebody waits";
  room.call->lobby.take({1});
  const ParticipantId a = directory.add(room, client(1)).id;
  directory.remove_if_unused(room);
  EXPECT_TRUE(directory.find_room(RoomName{1})) << "somebody is in";
  directory.remove(a);
  directory.remove_if_unused(room);
  EXPECT_TRUE(directory.empty());
}

TEST(Directory, ShardsAreCountedByRoomAndInAll) {
  Directory directory(2);
  Room& first = directory.make_room(RoomName{1}, {});
  const auto on = [&](uint64_t sender, size_t shard) {
    Stay stay = client(sender);
    stay.shard = shard;
    return stay;
  };
  const ParticipantId a = directory.add(first, on(1, 0)).id;
  directory.add(first, on(2, 1));
  directory.add(directory.make_room(RoomName{2}, {}), on(3, 1));
  EXPECT_EQ(directory.loads()[0].members, 1u);
  EXPECT_EQ(directory.loads()[1].members, 2u);
  EXPECT_EQ(first.on_shards, (std::map<size_t, size_t>{{0, 1}, {1, 1}}));
  directory.remove(a);
  EXPECT_EQ(first.on_shards, (std::map<size_t, size_t>{{1, 1}}));
}

TEST(Directory, IdsAreNeitherNobodyNorRepeated) {
  Directory directory(1);
  std::set<ParticipantId> ids;
  for (int i = 0; i < 3; ++i) {
    const Stay& stay = directory.add(directory.make_room("again", {}), resource("id"));
    EXPECT_NE(stay.id.value, 0u);
    EXPECT_TRUE(ids.insert(stay.id).second);
    directory.remove(stay.id);
  }
}

}  // namespace
}  // namespace vicino::server
