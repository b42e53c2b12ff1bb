#include "relay.h"

#include <gmock/gmock.h>

namespace vicino::relay {
namespace {

using testing::HasSubstr;

constexpr Instant start{1'000'000};
const Address ada = Address::v4({127, 0, 0, 1}, 1001);
const Address bo = Address::v4({127, 0, 0, 1}, 1002);
const Address cy = Address::v4({127, 0, 0, 1}, 1003);

std::vector<Outgoing> taken(Relay& relay, Instant now) {
  std::vector<Outgoing> out;
  relay.take(now, out);
  return out;
}
Parsed<void> say(Relay& relay, Instant now, std::string_view line) {
  const auto command = parse_command(line);
  CHECK(command && *command);
  return relay.command(now, **command);
}

TEST(Relay, EachAddressIsAClientWhoseDatagramsPassBothWays) {
  Relay relay({});
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_client(start, 0, bo, Buffer{2});
  relay.from_client(start, 0, ada, Buffer{3});
  relay.from_target(start, 2, Buffer{4});
  const auto out = taken(relay, start);
  ASSERT_EQ(out.size(), 4u);
  EXPECT_EQ(relay.clients().size(), 2u);
  EXPECT_EQ(relay.clients().at(2).address, bo);
  EXPECT_TRUE(out[0].up && out[0].client == 1 && out[0].bytes == Buffer{1});
  EXPECT_TRUE(out[1].up && out[1].client == 1 && out[1].bytes == Buffer{3});
  EXPECT_TRUE(out[2].up && out[2].client == 2 && out[2].bytes == Buffer{2});
  EXPECT_TRUE(!out[3].up && out[3].client == 2 && out[3].bytes == Buffer{4});
  EXPECT_EQ(relay.next_deadline(), Instant::never());
}

TEST(Relay, TheSameAddressAtAnotherListenerIsAnotherClient) {
  Relay relay({.listeners = 2});
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_client(start, 1, ada, Buffer{1});
  EXPECT_EQ(relay.clients().size(), 2u);
}

TEST(Relay, DirectionsHaveTheirOwnPaths) {
  RelaySettings settings;
  settings.paths.up.delay = milliseconds(10);
  settings.paths.down.delay = milliseconds(30);
  Relay relay(settings);
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_target(start, 1, Buffer{1});
  EXPECT_EQ(relay.next_deadline(), start + milliseconds(10));
  EXPECT_TRUE(taken(relay, start + milliseconds(9)).empty());
  EXPECT_EQ(taken(relay, start + milliseconds(10)).size(), 1u);
  EXPECT_EQ(taken(relay, start + milliseconds(32)).size(), 1u);
  EXPECT_EQ(relay.latest(), milliseconds(2)) << "of the second one";
}

TEST(Relay, ClientsHaveABottleneckEachOrOneForAll) {
  for (const bool shared : {false, true}) {
    RelaySettings settings{.shared = shared};
    settings.paths.up = {.rate = 8'000'000, .overhead = 0};
    Relay relay(settings);
    relay.from_client(start, 0, ada, Buffer(1000));
    relay.from_client(start, 0, bo, Buffer(1000));
    EXPECT_EQ(taken(relay, start + milliseconds(1)).size(), shared ? 1u : 2u);
    EXPECT_EQ(taken(relay, start + milliseconds(2)).size(), shared ? 1u : 0u);
    EXPECT_EQ(relay.total(true).delivered, 2u);
  }
}

TEST(Relay, TheClientSilentLongestMakesRoom) {
  Relay relay({.max_clients = 2});
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_client(start + seconds(1), 0, bo, Buffer{1});
  relay.from_target(start + seconds(2), 1, Buffer{1});
  relay.from_client(start + seconds(3), 0, cy, Buffer{1});
  EXPECT_EQ(relay.take_closed(), std::vector<uint32_t>{2});
  EXPECT_TRUE(relay.take_closed().empty()) << "told once";
  EXPECT_EQ(relay.forgotten(), 1u);
  relay.from_target(start + seconds(3), 2, Buffer{1});
  EXPECT_EQ(relay.clients().size(), 2u);
  EXPECT_EQ(taken(relay, start + seconds(3)).size(), 3u);
  EXPECT_EQ(relay.total(true).pushed, 3u) << "what the forgotten one sent still counts";
  relay.from_client(start + seconds(4), 0, bo, Buffer{1});
  EXPECT_TRUE(relay.clients().contains(4)) << "who comes back is new";
}

TEST(Relay, CommandsChangeClientsThatAreThereAndThoseToCome) {
  Relay relay({});
  relay.from_client(start, 0, ada, Buffer{1});
  ASSERT_TRUE(say(relay, start, "up-delay=50ms"));
  relay.from_client(start, 0, ada, Buffer{2});
  relay.from_client(start, 0, bo, Buffer{3});
  EXPECT_EQ(taken(relay, start).size(), 1u);
  EXPECT_EQ(taken(relay, start + milliseconds(50)).size(), 2u);
}

TEST(Relay, CommandsCanBeForOneClient) {
  Relay relay({});
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_client(start, 0, bo, Buffer{1});
  taken(relay, start);
  ASSERT_TRUE(say(relay, start, "client=2 block"));
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_client(start, 0, bo, Buffer{1});
  EXPECT_EQ(taken(relay, start).size(), 1u);
  EXPECT_THAT(say(relay, start, "client=3 block").error(), HasSubstr("no client 3"));
  Relay shared({.shared = true});
  EXPECT_THAT(say(shared, start, "client=1 block").error(), HasSubstr("leave client= out"));
}

TEST(Relay, PlannedCommandsHappenAtTheirTimeHoweverLateItIsNoticed) {
  RelaySettings settings;
  settings.paths.up = {.rate = 8'000, .overhead = 0};  // a second for 1000 bytes
  Relay relay(settings);
  ASSERT_TRUE(say(relay, start, "at=500ms up-rate=16k"));
  EXPECT_EQ(relay.next_deadline(), start + milliseconds(500));
  relay.from_client(start, 0, ada, Buffer(1000));
  EXPECT_EQ(taken(relay, start + milliseconds(750)).size(), 1u)
      << "half at one rate, half at twice that";
  EXPECT_EQ(relay.latest(), Duration{});
}

TEST(Relay, OutagesAreForThoseToComeToo) {
  Relay relay({});
  relay.from_client(start, 0, ada, Buffer{1});
  taken(relay, start);
  ASSERT_TRUE(say(relay, start, "outage 10s"));
  relay.from_client(start + seconds(1), 0, ada, Buffer{1});
  relay.from_client(start + seconds(1), 0, bo, Buffer{1});
  EXPECT_TRUE(taken(relay, start + seconds(1)).empty());
  EXPECT_EQ(relay.total(true).dropped_outage, 2u);
  relay.from_client(start + seconds(10), 0, bo, Buffer{1});
  EXPECT_EQ(taken(relay, start + seconds(10)).size(), 1u);
}

TEST(Relay, RebindingClosesTheSocketsAndKeepsTheClients) {
  Relay relay({});
  relay.from_client(start, 0, ada, Buffer{1});
  relay.from_client(start, 0, bo, Buffer{1});
  ASSERT_TRUE(say(relay, start, "rebind"));
  EXPECT_EQ(relay.take_closed(), (std::vector<uint32_t>{1, 2}));
  ASSERT_TRUE(say(relay, start, "client=2 rebind"));
  EXPECT_EQ(relay.take_closed(), std::vector<uint32_t>{2});
  EXPECT_EQ(relay.clients().size(), 2u);
}

TEST(Relay, ImpossibleCombinationsAreRefusedNowOrTold) {
  Relay relay({});
  ASSERT_TRUE(say(relay, start, "burst=2"));
  EXPECT_THAT(say(relay, start, "loss=90%").error(), HasSubstr("longer bursts"));
  ASSERT_TRUE(say(relay, start, "at=1s burst=20"));
  ASSERT_TRUE(say(relay, start, "at=2s loss=90%")) << "by then it can be";
  ASSERT_TRUE(say(relay, start, "at=3s client=9 block"));
  taken(relay, start + seconds(4));
  const auto problems = relay.take_problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], HasSubstr("planned for 3000 ms"));
}

TEST(Relay, PlansAreBounded) {
  Relay relay({});
  for (size_t i = 0; i < Relay::max_planned; ++i) ASSERT_TRUE(say(relay, start, "at=1s rebind"));
  EXPECT_THAT(say(relay, start, "at=1s rebind").error(), HasSubstr("10000"));
}

TEST(Relay, ResetBeginsTheStatisticsAnew) {
  Relay relay({});
  relay.from_client(start, 0, ada, Buffer{1});
  taken(relay, start + milliseconds(5));
  ASSERT_TRUE(say(relay, start, "reset"));
  EXPECT_EQ(relay.total(true).pushed, 0u);
  EXPECT_EQ(relay.latest(), Duration{});
}

}  // namespace
}  // namespace vicino::relay
