#include "store/rooms.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace vicino::store {
namespace {

class RoomsTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  // Tests run beside each other.
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("vicino_rooms_" + std::to_string(::getpid()) +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

server::RoomName room(uint8_t n) { return server::RoomName{n}; }
server::TokenHash token(uint8_t n) { return server::TokenHash{n}; }
constexpr WallTime day(int64_t n) { return {n * 24 * 60 * 60 * 1000}; }

TEST_F(RoomsTest, ARoomIsThereAfterReopening) {
  {
    const auto rooms = SqliteRooms::open(folder_, 10);
    ASSERT_TRUE(rooms) << rooms.error();
    EXPECT_FALSE((*rooms)->find(room(1)));
    ASSERT_TRUE((*rooms)->insert(room(1), token(9), day(1)));
  }
  const auto again = SqliteRooms::open(folder_, 10);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->find(room(1)), token(9));
  EXPECT_FALSE((*again)->find(room(2)));
}

TEST_F(RoomsTest, AtTheLimitOnlyOldRoomsMakePlace) {
  const auto rooms = SqliteRooms::open(folder_, 3);
  ASSERT_TRUE(rooms);
  for (uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE((*rooms)->insert(room(i), token(i), day(i)));
  EXPECT_TRUE((*rooms)->insert(room(4), token(4), day(3))) << "the first is two days old";
  EXPECT_FALSE((*rooms)->find(room(1)));
  EXPECT_TRUE((*rooms)->find(room(2)));
  EXPECT_EQ((*rooms)->insert(room(5), token(5), day(3)).error().code, Errc::exhausted);
}

TEST_F(RoomsTest, ARoomThatIsAskedForIsInUse) {
  const auto rooms = SqliteRooms::open(folder_, 2);
  ASSERT_TRUE(rooms);
  for (uint8_t i = 1; i <= 2; ++i) ASSERT_TRUE((*rooms)->insert(room(i), token(i), day(i)));
  EXPECT_TRUE((*rooms)->find(room(1)));
  EXPECT_TRUE((*rooms)->insert(room(3), token(3), day(4)));
  EXPECT_TRUE((*rooms)->find(room(1)));
  EXPECT_FALSE((*rooms)->find(room(2)));
}

TEST_F(RoomsTest, ARoomKeepsItsFirstToken) {
  const auto rooms = SqliteRooms::open(folder_, 10);
  ASSERT_TRUE(rooms);
  ASSERT_TRUE((*rooms)->insert(room(1), token(1), day(1)));
  EXPECT_EQ((*rooms)->insert(room(1), token(2), day(1)).error().code, Errc::bad_state);
  EXPECT_EQ((*rooms)->find(room(1)), token(1));
}

TEST_F(RoomsTest, ADamagedFileIsASentence) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "vicino.db") << std::string(4096, 'x');
  const auto rooms = SqliteRooms::open(folder_, 3);
  ASSERT_FALSE(rooms);
  EXPECT_NE(rooms.error().find("vicino.db can't be used"), std::string::npos) << rooms.error();
}

}  // namespace
}  // namespace vicino::store
