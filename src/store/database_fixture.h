// For tests: a database in a folder of its own, that can be closed and opened again.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include "store/database.h"

namespace vicino::store {

inline server::RoomName room(uint8_t n) {
  return server::RoomName{n};
}
inline server::TokenHash token(uint8_t n) {
  return server::TokenHash{n};
}
constexpr WallTime day(int64_t n) {
  return {n * 24 * 60 * 60 * 1000};
}

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder_); }
  void TearDown() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    database_.reset();
    auto database = Database::open(folder_);
    ASSERT_TRUE(database) << database.error();
    database_ = std::move(*database);
  }

  // Tests run beside each other.
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("vicino_store_" + std::to_string(::getpid()) +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  std::unique_ptr<Database> database_;
};

}  // namespace vicino::store
