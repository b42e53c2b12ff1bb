#include "store/groups.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "store/database_fixture.h"
#include "store/rooms.h"

namespace vicino::store {
namespace {

server::SavedGroup group(uint64_t seq) {
  return {Buffer{1, 2, 3}, Buffer(1000, 4), seq, {SenderId{1}, SenderId{~uint64_t{0}}}};
}

class GroupsTest : public DatabaseTest {
 protected:
  void start() {
    groups_.reset();
    rooms_.reset();
    open();
    groups_.emplace(*database_);
    rooms_.emplace(*database_, 2);
  }
  std::optional<SqliteGroups> groups_;
  std::optional<SqliteRooms> rooms_;
};

TEST_F(GroupsTest, AGroupIsThereAfterReopeningUntilItIsErased) {
  start();
  EXPECT_FALSE(groups_->find(room(1)));
  ASSERT_TRUE(groups_->save(room(1), group(1), {}, day(1)));
  ASSERT_TRUE(groups_->save(room(1), group(~uint64_t{0}), {}, day(1)));
  start();
  const auto found = groups_->find(room(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->group_info, group(1).group_info);
  EXPECT_EQ(found->tree, group(1).tree);
  EXPECT_EQ(found->seq, ~uint64_t{0});
  EXPECT_EQ(found->leaving, group(1).leaving);
  EXPECT_FALSE(groups_->find(room(2)));
  groups_->erase(room(1));
  EXPECT_FALSE(groups_->find(room(1)));
}

TEST_F(GroupsTest, ANewTokenRevokesTheOldAndOlderOnesAreForgotten) {
  start();
  ASSERT_TRUE(rooms_->insert(room(1), token(0), day(1)));
  ASSERT_TRUE(rooms_->insert(room(2), token(0), day(1)));
  EXPECT_FALSE(rooms_->is_revoked(room(1), token(0)));
  const auto last = static_cast<uint8_t>(server::max_revoked_tokens + 1);
  for (uint8_t n = 1; n <= last; ++n) {
    ASSERT_TRUE(groups_->save(room(1), group(n), token(n), day(1)));
    EXPECT_EQ(rooms_->find(room(1)), token(n));
  }
  EXPECT_FALSE(rooms_->is_revoked(room(1), token(0))) << "long ago";
  for (uint8_t n = 1; n < last; ++n) EXPECT_TRUE(rooms_->is_revoked(room(1), token(n)));
  EXPECT_FALSE(rooms_->is_revoked(room(1), token(last)));
  EXPECT_FALSE(rooms_->is_revoked(room(2), token(1)));
  EXPECT_EQ(rooms_->find(room(2)), token(0));
}

TEST_F(GroupsTest, ARoomWithAGroupMakesNoPlace) {
  start();
  ASSERT_TRUE(rooms_->insert(room(1), token(1), day(1)));
  ASSERT_TRUE(rooms_->insert(room(2), token(2), day(2)));
  ASSERT_TRUE(groups_->save(room(1), group(1), {}, day(1)));
  ASSERT_TRUE(rooms_->insert(room(3), token(3), day(9)));
  EXPECT_TRUE(rooms_->find(room(1)));
  EXPECT_FALSE(rooms_->find(room(2)));
}

TEST_F(GroupsTest, TheServersSeedStays) {
  SeededRandom random(1);
  start();
  const auto first = database_->server_seed(random);
  ASSERT_TRUE(first);
  start();
  const auto again = database_->server_seed(random);
  ASSERT_TRUE(again);
  EXPECT_TRUE(ct_equal(*first, *again));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder_ / "vicino.db").permissions() & (perms::group_all | perms::others_all),
            perms::none);
}

TEST_F(GroupsTest, ADatabaseOfTheFirstVersionIsTakenOver) {
  std::filesystem::create_directories(folder_);
  {
    soci::session old(soci::sqlite3, "db=" + (folder_ / "vicino.db").string());
    old << "CREATE TABLE rooms (id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, used_ms INTEGER NOT NULL) WITHOUT ROWID";
    old << "CREATE INDEX rooms_by_use ON rooms (used_ms)";
    old << "INSERT INTO rooms VALUES ('00', '11', 0)";
    old << "PRAGMA user_version = 1";
  }
  start();
  soci::session now(soci::sqlite3, "db=" + (folder_ / "vicino.db").string());
  int rooms = 1;
  now << "SELECT count(*) FROM rooms", soci::into(rooms);
  EXPECT_EQ(rooms, 0) << "its links lead nowhere";
  ASSERT_TRUE(rooms_->insert(room(1), token(1), day(1)));
  EXPECT_TRUE(groups_->save(room(1), group(1), token(2), day(1)));
  EXPECT_TRUE(rooms_->is_revoked(room(1), token(1)));
}

}  // namespace
}  // namespace vicino::store
