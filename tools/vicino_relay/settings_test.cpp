#include "settings.h"

#include <gmock/gmock.h>

namespace vicino::relay {
namespace {

using testing::HasSubstr;

Parsed<void> change(PathPair& pair, std::vector<Change> changes) {
  return apply_changes(pair, changes);
}

TEST(Settings, EveryKeySetsBothDirectionsOrOne) {
  PathPair pair;
  ASSERT_TRUE(change(pair, {{"rate", "1M"},
                            {"down-rate", "3M"},
                            {"delay", "25ms"},
                            {"jitter", "5ms"},
                            {"up-jitter-reorders", "true"},
                            {"loss", "5%"},
                            {"burst", "3"},
                            {"up-reorder", "1%"},
                            {"reorder-by", "7ms"},
                            {"duplicate", "2%"},
                            {"queue", "300ms"},
                            {"overhead", "42B"},
                            {"down-block", "on"}}));
  sim::PathSettings both{.rate = 1'000'000,
                         .queue = milliseconds(300),
                         .overhead = 42,
                         .delay = milliseconds(25),
                         .jitter = milliseconds(5),
                         .loss = 0.05,
                         .burst = 3,
                         .reorder_by = milliseconds(7),
                         .duplicate = 0.02};
  PathPair expected{both, both};
  expected.up.jitter_reorders = true;
  expected.up.reorder = 0.01;
  expected.down.rate = 3'000'000;
  expected.down.blocked = true;
  EXPECT_EQ(pair, expected);
  for (const Key& key : keys()) EXPECT_TRUE(find_key(std::string("up-") + key.name)) << key.name;
}

TEST(Settings, AQueueIsInTimeOrInBytes) {
  PathPair pair;
  ASSERT_TRUE(change(pair, {{"queue", "64kB"}}));
  EXPECT_EQ(pair.up.queue_bytes, 64'000u);
  ASSERT_TRUE(change(pair, {{"queue", "100ms"}}));
  EXPECT_EQ(pair.up.queue_bytes, 0u);
  EXPECT_EQ(pair.up.queue, milliseconds(100));
  EXPECT_THAT(change(pair, {{"queue", "long"}}).error(), HasSubstr("write 200ms or 64kB"));
  EXPECT_FALSE(change(pair, {{"queue", "0B"}}));
}

TEST(Settings, WhatIsWrongChangesNothingAndIsNamed) {
  PathPair pair;
  const PathPair before = pair;
  EXPECT_THAT(change(pair, {{"delay", "5ms"}, {"speed", "1M"}}).error(),
              HasSubstr("\"speed\": rate, queue"));
  EXPECT_THAT(change(pair, {{"delay", "5ms"}, {"up-loss", "5"}}).error(),
              HasSubstr("up-loss: \"5\""));
  EXPECT_THAT(change(pair, {{"delay", "2min"}, {"delay", "61min"}}).error(), HasSubstr("delay"));
  EXPECT_THAT(change(pair, {{"down-loss", "90%"}, {"burst", "3"}}).error(),
              HasSubstr("down: so much loss"));
  EXPECT_FALSE(change(pair, {{"sideways-rate", "1M"}}));
  EXPECT_FALSE(change(pair, {{"up-down-rate", "1M"}}));
  EXPECT_EQ(pair, before);
}

TEST(Settings, TheOrderWithinOneChangeDoesNotMatterWhereTheyBelongTogether) {
  PathPair pair;
  EXPECT_TRUE(change(pair, {{"burst", "20"}, {"loss", "90%"}}));
  EXPECT_TRUE(change(pair, {{"burst", "3"}, {"loss", "5%"}}));
}

}  // namespace
}  // namespace vicino::relay
