// Offers as real programs wrote them (tests/data/sdp), through Join, WHIP and WHEP.
#include <fstream>
#include <iterator>

#include "server/calls_fixture.h"

namespace vicino::server {
namespace {

class RealOffersTest : public CallsTest {
 protected:
  void SetUp() override {
    config.open_rooms = {{"lobby", ""}};
    start();
  }
  static std::string read(const std::string& name) {
    std::ifstream file(VICINO_SOURCE_DIR "/tests/data/sdp/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name << " is missing";
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The setup that a resource's offer led to.
  sfu::ParticipantSetup resource(bool publish, const std::string& name) {
    const auto result = calls->create_resource(now, publish, "lobby", "", "", read(name));
    pump();
    if (!result) {
      ADD_FAILURE() << name << ": " << result.error().message;
      return {};
    }
    return last_command<sfu::AddParticipant>()->setup;
  }
};

TEST_F(RealOffersTest, BrowsersJoin) {
  uint8_t room = 1;
  for (const std::string name : {"chromium-app.sdp", "firefox-app.sdp"}) {
    auto request = newcomer_join(person(1, room++));
    request.offer = read(name);
    request.tracks[0]->mid = "0";
    request.tracks[1]->mid = "1";
    const ConnectionId id = connect();
    send(id, std::move(request));
    ASSERT_TRUE(last<wire::JoinedT>(id)) << name;
    EXPECT_EQ(last<wire::JoinedT>(id)->video_slots, 12) << name;
    const auto& setup = last_command<sfu::AddParticipant>()->setup;
    ASSERT_EQ(setup.publications.size(), 2u);
    EXPECT_EQ(setup.publications[1].section.rids, (std::vector<std::string>{"q", "h", "f"}));
    EXPECT_EQ(setup.slots.size(), 20u);
  }
}

TEST_F(RealOffersTest, PublishersPublish) {
  for (const char* name : {"aiortc-send.sdp", "gstreamer-send.sdp"}) {
    const auto setup = resource(true, name);
    ASSERT_EQ(setup.publications.size(), 2u) << name;
    EXPECT_EQ(setup.publications[0].section.kind, sfu::kind_of(setup.publications[0].source));
    EXPECT_EQ(setup.publications[1].section.kind, sfu::kind_of(setup.publications[1].source));
    EXPECT_NE(setup.publications[0].source, setup.publications[1].source);
  }
  EXPECT_EQ(resource(true, "gstreamer-send-no-bundle.sdp").publications.size(), 1u);
}

TEST_F(RealOffersTest, PlayersPlay) {
  for (const char* name : {"aiortc-receive.sdp", "gstreamer-receive.sdp"}) {
    const auto setup = resource(false, name);
    EXPECT_EQ(setup.slots.size(), 2u) << name;
    EXPECT_TRUE(setup.receives_everything);
  }
}

}  // namespace
}  // namespace vicino::server
