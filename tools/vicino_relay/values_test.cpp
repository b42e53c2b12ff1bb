#include "values.h"

#include <gmock/gmock.h>

namespace vicino::relay {
namespace {

TEST(Values, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(parse_rate("1.5M"), 1'500'000u);
  EXPECT_EQ(parse_rate("500k"), 500'000u);
  EXPECT_EQ(parse_rate("1G"), 1'000'000'000u);
  EXPECT_EQ(parse_rate("64000"), 64'000u);
  EXPECT_EQ(parse_rate("none"), 0u);
  EXPECT_EQ(parse_duration("25ms"), milliseconds(25));
  EXPECT_EQ(parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(parse_duration("500us"), microseconds(500));
  EXPECT_EQ(parse_duration("2min"), seconds(120));
  EXPECT_EQ(parse_duration("0"), Duration{});
  EXPECT_EQ(parse_share("5%"), 0.05);
  EXPECT_EQ(parse_share("0.25"), 0.25);
  EXPECT_EQ(parse_share("100%"), 1);
  EXPECT_EQ(parse_number("2.5"), 2.5);
  EXPECT_EQ(parse_size("64kB"), 64'000u);
  EXPECT_EQ(parse_size("1500B"), 1500u);
  EXPECT_EQ(parse_switch("on"), true);
  EXPECT_EQ(parse_switch("false"), false);
}

TEST(Values, WhatIsNoneSaysWhatToWrite) {
  for (const char* text : {"", "M", "-1M", "1T", "1 M", "fast", "nan", "inf", "1e300"}) {
    const auto rate = parse_rate(text);
    ASSERT_FALSE(rate) << text;
    EXPECT_THAT(rate.error(), testing::HasSubstr("write 500k"));
  }
  for (const char* text : {"25", "25m", "-5ms", "ms", "nanms"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_THAT(duration.error(), testing::HasSubstr("write 500us, 25ms"));
  }
  for (const char* text : {"5", "101%", "-1%", "%"}) EXPECT_FALSE(parse_share(text)) << text;
  for (const char* text : {"64", "64k", "-1B"}) EXPECT_FALSE(parse_size(text)) << text;
  EXPECT_FALSE(parse_number("three"));
  EXPECT_FALSE(parse_switch("maybe"));
}

TEST(Values, EndpointsAreNumericAddressesWithAPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:5000"), Address::v4({127, 0, 0, 1}, 5000));
  EXPECT_EQ(parse_endpoint("127.0.0.1:0"), Address::v4({127, 0, 0, 1}, 0));
  EXPECT_EQ(parse_endpoint("[::1]:5000"), *Address::parse("::1", 5000));
  for (const char* text : {"", "127.0.0.1", ":5000", "localhost:5000", "127.0.0.1:65536",
                           "127.0.0.1:", "127.0.0.1:5x", "::1:5000", "[127.0.0.1]:5000", "[::1]"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

}  // namespace
}  // namespace vicino::relay
