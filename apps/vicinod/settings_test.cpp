#include "settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace vicino::vicinod {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string path =
        ::testing::TempDir() + "vicinod_settings_" +
        ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(SettingsTest, DefaultsStayOnThisMachine) {
  const Outcome outcome = read_settings({}, {});
  ASSERT_TRUE(outcome.arguments);
  EXPECT_EQ(outcome.arguments->config.http_address, "127.0.0.1");
  EXPECT_THAT(outcome.problems, ElementsAre());
}

TEST_F(SettingsTest, FlagsWinOverEnvironmentOverFile) {
  const std::string file = write("[http]\nport = 1001\n[media]\nport = 1001\nworkers = 3\n");
  const Outcome outcome = read_settings({"--config", file, "--http-port", "1003"},
                                        {{"VICINO_HTTP_PORT", "1002"}, {"VICINO_MEDIA_PORT", "1002"}});
  ASSERT_TRUE(outcome.arguments) << outcome.problems.at(0);
  EXPECT_EQ(outcome.arguments->config.http_port, 1003);
  EXPECT_EQ(outcome.arguments->config.media_port, 1002);
  EXPECT_EQ(outcome.arguments->config.workers, 3u);
}

TEST_F(SettingsTest, ListsComeFromEverySource) {
  const auto announced = [](const Outcome& o) { return o.arguments.value().config.ice_addresses; };
  EXPECT_THAT(announced(read_settings({"--config", write("[media]\nannounce = [\"192.0.2.1\", \"::1\"]")}, {})),
              ElementsAre("192.0.2.1", "::1"));
  EXPECT_THAT(announced(read_settings({}, {{"VICINO_MEDIA_ANNOUNCE", "192.0.2.1, ::1"}})),
              ElementsAre("192.0.2.1", "::1"));
  EXPECT_THAT(announced(read_settings({"--media-announce", "192.0.2.1,::1"}, {})), ElementsAre("192.0.2.1", "::1"));
}

TEST_F(SettingsTest, OpenRoomsTakeATokenOrNone) {
  const Outcome outcome = read_settings({"--open-room", "stage", "--open-room", "tv=secret=1"}, {});
  ASSERT_TRUE(outcome.arguments);
  const auto& rooms = outcome.arguments->config.open_rooms;
  ASSERT_EQ(rooms.size(), 2u);
  EXPECT_EQ(rooms[0].name, "stage");
  EXPECT_EQ(rooms[0].token, "");
  EXPECT_EQ(rooms[1].token, "secret=1");
}

TEST_F(SettingsTest, EveryProblemIsOneLineThatNamesTheSetting) {
  struct Case {
    std::vector<std::string> flags;
    std::string file;
    std::string says;
  };
  for (const Case& c : {
           Case{{"--http-port", "70000"}, "", "http.port: must be a whole number from 0 to 65535"},
           Case{{"--http-port", "80x"}, "", "is \"80x\""},
           Case{{"--http-address", "localhost"}, "", "http.address: must be a numeric IP address"},
           Case{{"--media-announce", "here"}, "", "media.announce: must be a numeric IP address"},
           Case{{"--log-level", "loud"}, "", "log.level: must be debug"},
           Case{{"--rooms-by-anyone", "maybe"}, "", "rooms.by_anyone: must be true or false"},
           Case{{"--open-room", "a b"}, "", "rooms.open: must be NAME"},
           Case{{"--media-video-codecs", "vp7"}, "", "media.video_codecs: must list some of"},
           Case{{"--http-public-url", "vicino.example"}, "", "http.public_url: must be like https://"},
           Case{{"--tls-certificate", "/nonexistent"}, "", "tls.certificate and tls.key: give both"},
           Case{{"--media-port", "65535", "--media-workers", "2"}, "", "media.port: 2 workers"},
           Case{{"--web-folder", "/nonexistent"}, "", "web.folder"},
           Case{{"--nonsense"}, "", "--nonsense"},
           Case{{"--config", "/nonexistent.toml"}, "", "/nonexistent.toml: can't be read"},
           Case{{}, "[http]\nprot = 1", "http.prot: there is no such setting"},
           Case{{}, "[http]\nport = [1]", "http.port: must be one text"},
           Case{{}, "[http\n", "line "},
       }) {
    std::vector<std::string> flags = c.flags;
    if (!c.file.empty()) flags.insert(flags.end(), {"--config", write(c.file)});
    const Outcome outcome = read_settings(flags, {});
    EXPECT_EQ(outcome.code, 2) << c.says;
    EXPECT_FALSE(outcome.arguments) << c.says;
    ASSERT_FALSE(outcome.problems.empty()) << c.says;
    EXPECT_THAT(outcome.problems[0], HasSubstr(c.says));
    EXPECT_EQ(outcome.problems[0].find('\n'), std::string::npos) << outcome.problems[0];
  }
}

TEST_F(SettingsTest, HelpAndTheOperatorsPageNameEverySetting) {
  const std::string help = read_settings({"--help"}, {}).text;
  std::stringstream page;
  page << std::ifstream(std::string(VICINO_SOURCE_DIR) + "/docs/operating.md").rdbuf();
  for (const Setting& setting : all_settings()) {
    EXPECT_THAT(help, HasSubstr(setting.flag()));
    EXPECT_THAT(help, HasSubstr(setting.environment()));
    EXPECT_THAT(page.str(), HasSubstr("`" + setting.name + "`"));
    EXPECT_THAT(page.str(), HasSubstr("| " + (setting.default_text.empty() ? "none" : setting.default_text) + " |"));
  }
}

}  // namespace
}  // namespace vicino::vicinod
