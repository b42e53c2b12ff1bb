#include "command.h"

#include <gmock/gmock.h>

namespace vicino::relay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Command read(std::string_view line) {
  const auto command = parse_command(line);
  CHECK(command && *command);
  return **command;
}
std::string error(std::string_view line) {
  const auto command = parse_command(line);
  return command ? "no error" : command.error();
}

TEST(Command, WordsAndJsonSayTheSame) {
  for (const char* line :
       {"at=5s client=2 up-rate=1M loss=5% block outage 10s reset",
        R"({"at": "5s", "client": 2, "up-rate": "1M", "loss": "5%", "block": true,)"
        R"( "outage": "10s", "reset": true})"}) {
    const Command command = read(line);
    EXPECT_EQ(command.at, seconds(5));
    EXPECT_EQ(command.client, 2u);
    EXPECT_EQ(command.up_outage, seconds(10));
    EXPECT_EQ(command.down_outage, seconds(10));
    EXPECT_TRUE(command.reset);
    EXPECT_FALSE(command.stats || command.rebind);
    EXPECT_THAT(command.changes,
                testing::UnorderedElementsAre(Pair("up-rate", "1M"), Pair("loss", "5%"),
                                              Pair("block", "true")));
  }
}

TEST(Command, WordsThatStandAlone) {
  EXPECT_TRUE(read("stats").stats);
  EXPECT_TRUE(read("  rebind\t\r").rebind);
  EXPECT_THAT(read("unblock").changes, ElementsAre(Pair("block", "false")));
  EXPECT_THAT(read("up-unblock").changes, ElementsAre(Pair("up-block", "false")));
  EXPECT_THAT(read("down-jitter-reorders").changes,
              ElementsAre(Pair("down-jitter-reorders", "true")));
  EXPECT_THAT(read(R"({"block": false})").changes, ElementsAre(Pair("block", "false")));
}

TEST(Command, OutagesAreOfBothDirectionsOrOne) {
  EXPECT_EQ(read("up-outage 1s").up_outage, seconds(1));
  EXPECT_FALSE(read("up-outage 1s").down_outage);
  EXPECT_EQ(read("down-outage=2s").down_outage, seconds(2));
  EXPECT_FALSE(read("down-outage=2s").up_outage);
}

TEST(Command, NothingAndCommentsAreNoCommand) {
  for (const char* line : {"", "  \t", "# at=5s", "  # comment"}) {
    const auto command = parse_command(line);
    ASSERT_TRUE(command) << line;
    EXPECT_FALSE(*command) << line;
  }
}

TEST(Command, WhatIsWrongSaysWhatToWrite) {
  EXPECT_THAT(error("faster"), HasSubstr("\"faster\" says nothing: write settings as rate=1M"));
  EXPECT_THAT(error("outage"), HasSubstr("outage 10s"));
  EXPECT_THAT(error("outage ten"), HasSubstr("write 500us, 25ms"));
  EXPECT_THAT(error("outage 2000min"), HasSubstr("at most an hour"));
  EXPECT_THAT(error("speed=1M"), HasSubstr("there is no setting \"speed\""));
  EXPECT_THAT(error("foo-outage 1s"), HasSubstr("says nothing"));
  EXPECT_THAT(error("loss=5"), HasSubstr("write 5% or 0.05"));
  EXPECT_THAT(error("client=first"), HasSubstr("its number"));
  EXPECT_THAT(error("{\"loss\": "), HasSubstr("JSON object"));
  EXPECT_THAT(error("{\"loss\": [1]}"), HasSubstr("as text"));
  EXPECT_THAT(error("[1]"), HasSubstr("says nothing"));
  EXPECT_THAT(error("at=1s stats"), HasSubstr("can't be planned"));
  EXPECT_THAT(error("rate"), HasSubstr("says nothing"));
  EXPECT_THAT(error(std::string(max_line + 1, 'x')), HasSubstr("4096"));
}

}  // namespace
}  // namespace vicino::relay
