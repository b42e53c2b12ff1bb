#include "store/rooms.h"

#include <fstream>

#include "store/database_fixture.h"

namespace vicino::store {
namespace {

class RoomsTest : public DatabaseTest {
 protected:
  void start(size_t capacity) {
    rooms_.reset();
    open();
    rooms_.emplace(*database_, capacity);
  }
  std::optional<SqliteRooms> rooms_;
};

TEST_F(RoomsTest, ARoomIsThereAfterReopening) {
  start(10);
  EXPECT_FALSE(rooms_->find(room(1)));
  ASSERT_TRUE(rooms_->insert(room(1), token(9), day(1)));
  start(10);
  EXPECT_EQ(rooms_->find(room(1)), token(9));
  EXPECT_FALSE(rooms_->find(room(2)));
}

TEST_F(RoomsTest, AtTheLimitOnlyOldRoomsMakePlace) {
  start(3);
  for (uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(rooms_->insert(room(i), token(i), day(i)));
  EXPECT_TRUE(rooms_->insert(room(4), token(4), day(3))) << "the first is two days old";
  EXPECT_FALSE(rooms_->find(room(1)));
  EXPECT_TRUE(rooms_->find(room(2)));
  EXPECT_EQ(rooms_->insert(room(5), token(5), day(3)).error().code, Errc::exhausted);
}

TEST_F(RoomsTest, ARoomThatIsAskedForIsInUse) {
  start(2);
  for (uint8_t i = 1; i <= 2; ++i) ASSERT_TRUE(rooms_->insert(room(i), token(i), day(i)));
  EXPECT_TRUE(rooms_->find(room(1)));
  EXPECT_TRUE(rooms_->insert(room(3), token(3), day(4)));
  EXPECT_TRUE(rooms_->find(room(1)));
  EXPECT_FALSE(rooms_->find(room(2)));
}

TEST_F(RoomsTest, ARoomKeepsItsFirstToken) {
  start(10);
  ASSERT_TRUE(rooms_->insert(room(1), token(1), day(1)));
  EXPECT_EQ(rooms_->insert(room(1), token(2), day(1)).error().code, Errc::bad_state);
  EXPECT_EQ(rooms_->find(room(1)), token(1));
}

TEST_F(RoomsTest, ADamagedFileIsASentence) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "vicino.db") << std::string(4096, 'x');
  const auto database = Database::open(folder_);
  ASSERT_FALSE(database);
  EXPECT_NE(database.error().find("vicino.db can't be used"), std::string::npos) << database.error();
}

}  // namespace
}  // namespace vicino::store
