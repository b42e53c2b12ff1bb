#include "core/profile.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace vicino::core {
namespace {

const ProfileKey key(Buffer(16, 7));
const SenderId ada{0x1230};

TEST(Profile, OpensUnderTheSameKeyAndSender) {
  SeededRandom random(1);
  const Profile profile{3, "Ada Lovelace", true, false, true, false};
  const Buffer sealed = seal_profile(key, ada, profile, random);
  EXPECT_EQ(open_profile(key, ada, sealed).value(), profile);
  EXPECT_EQ(as_text(sealed).find("Ada"), std::string_view::npos);
  EXPECT_EQ(open_profile(key, SenderId{0x4560}, sealed).error().code, Errc::unauthenticated);
  EXPECT_EQ(open_profile(ProfileKey(Buffer(16, 8)), ada, sealed).error().code, Errc::unauthenticated);
}

TEST(Profile, SizeTellsLittleOfTheName) {
  SeededRandom random(1);
  const size_t shortest = seal_profile(key, ada, {1, "A", {}, {}, {}, {}}, random).size();
  EXPECT_EQ(seal_profile(key, ada, {1, "Ada Lovelace", {}, {}, {}, {}}, random).size(), shortest);
  EXPECT_LE(seal_profile(key, ada, {1, std::string(1000, 'x'), {}, {}, {}, {}}, random).size(), limits::max_profile);
}

TEST(Profile, EveryDamagedByteIsNoticed) {
  SeededRandom random(1);
  const Buffer sealed = seal_profile(key, ada, {1, "Ada", {}, {}, {}, {}}, random);
  for (size_t i = 0; i < sealed.size(); ++i) {
    Buffer damaged = sealed;
    damaged[i] ^= 1;
    EXPECT_FALSE(open_profile(key, ada, damaged)) << i;
    EXPECT_FALSE(open_profile(key, ada, Bytes(sealed).first(i))) << i;
  }
  EXPECT_FALSE(open_profile(key, ada, Buffer(limits::max_profile + 1)));
}

TEST(Profile, NamesAreMadeFitToShow) {
  EXPECT_EQ(clean_name("  Ada  "), "Ada");
  EXPECT_EQ(clean_name("A\nd\x01\x7f" "a\xE2\x80\xAE!"), "Ada!") << "control characters and direction overrides";
  EXPECT_EQ(clean_name("Zoë 🎈"), "Zoë 🎈");
  EXPECT_EQ(clean_name("\xff\xc0\x80" "b\xed\xa0\x80"), "b") << "what isn't UTF-8";
  EXPECT_EQ(clean_name(" \n "), "");
  EXPECT_EQ(clean_name(std::string(100, 'x')).size(), limits::max_name);
}

}  // namespace
}  // namespace vicino::core
