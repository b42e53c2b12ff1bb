// Descriptions that nobody would write on purpose.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "rtc/sdp_test_data.h"

namespace vicino::rtc {
namespace {

// Whatever comes in: a value or an error, and what is accepted can be answered.
void feed(const std::string& text) {
  const auto offer = parse_offer(text);
  if (!offer) return;
  uint32_t ssrc = 0;
  const Answer answer = answer_offer(*offer, test::answer_options(), [&ssrc] { return ++ssrc; });
  EXPECT_LE(answer.media.size(), offer->media.size());
  EXPECT_THAT(answer.sdp, testing::HasSubstr("a=ice-lite"));
  static_cast<void>(parse_answer(text));
}

TEST(HostileSdp, SurvivesOffersCutAnywhere) {
  for (const std::string& name : test::real_offers) {
    const std::string text = test::real_offer(name);
    for (size_t size = 0; size < std::min<size_t>(text.size(), 9000); size += 7) {
      feed(text.substr(0, size));
    }
  }
}

TEST(HostileSdp, SurvivesDamagedBytes) {
  uint32_t state = 1;
  const auto random = [&state] { return state = state * 1664525 + 1013904223, state >> 8; };
  for (const std::string& name : test::real_offers) {
    const std::string text = test::real_offer(name).substr(0, 6000);
    for (int round = 0; round < 300; ++round) {
      std::string damaged = text;
      for (int i = 0; i < 3; ++i) {
        damaged[random() % damaged.size()] = "0;:/ \n=a9~*"[random() % 11];
      }
      feed(damaged);
    }
  }
}

TEST(HostileSdp, SurvivesFuzzSeeds) {
  const char* const set = std::getenv("VICINO_VECTORS");
  const std::filesystem::path vectors =
      set != nullptr ? set : std::filesystem::path(VICINO_SOURCE_DIR) / "../shared/vectors";
  if (!std::filesystem::is_directory(vectors / "fuzz/sdp")) {
    GTEST_SKIP() << "no recorded SDP at " << (vectors / "fuzz/sdp").string();
  }
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(vectors / "fuzz/sdp")) {
    feed(test::read_file(entry.path()));
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace vicino::rtc
