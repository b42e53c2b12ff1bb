#include "server/directory.h"

#include <gtest/gtest.h>

namespace vicino::server {
namespace {

Stay client(uint8_t token) {
  Stay stay;
  stay.resume.fill(token);
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
  Room& room = directory.make_room("lobby", {}, 1);
  const ParticipantId a = directory.add(room, client(1)).id;
  const ParticipantId b = directory.add(room, resource("id")).id;
  EXPECT_EQ(directory.find_resumable({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})->id, a);
  EXPECT_EQ(directory.find_resource("id")->id, b);
  EXPECT_FALSE(directory.find_resource("")) << "a client is no resource";
  EXPECT_FALSE(directory.find_resumable({})) << "nor can a resource be resumed";
  directory.remove(a);
  EXPECT_TRUE(directory.find_room("lobby"));
  EXPECT_FALSE(directory.empty());
  directory.remove(b);
  EXPECT_FALSE(directory.find_room("lobby"));
  EXPECT_TRUE(directory.empty());
}

TEST(Directory, TheEmptiestShardIsTheOneWithFewestNow) {
  Directory directory(3);
  EXPECT_EQ(directory.emptiest_shard(), 0u);
  Room& first = directory.make_room("first", {}, 0);
  const ParticipantId a = directory.add(first, client(1)).id;
  const ParticipantId b = directory.add(first, client(2)).id;
  directory.add(directory.make_room("second", {}, 1), client(3));
  directory.add(directory.make_room("third", {}, 2), client(4));
  EXPECT_EQ(directory.emptiest_shard(), 1u);
  directory.remove(a);
  directory.remove(b);
  EXPECT_EQ(directory.emptiest_shard(), 0u);
}

TEST(Directory, IdsAreNeitherNobodyNorRepeated) {
  Directory directory(1);
  std::set<ParticipantId> ids;
  for (int i = 0; i < 3; ++i) {
    const Stay& stay = directory.add(directory.make_room("again", {}, 0), client(1));
    EXPECT_NE(stay.id.value, 0u);
    EXPECT_TRUE(ids.insert(stay.id).second);
    directory.remove(stay.id);
  }
}

}  // namespace
}  // namespace vicino::server
