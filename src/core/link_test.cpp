#include "core/link.h"

#include <gtest/gtest.h>

#include "core/room_keys.h"

namespace vicino::core {
namespace {

constexpr const char* good = "https://vicino.example:8443/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw";

TEST(Link, GivesItsPartsAndWritesItselfAgain) {
  const auto link = Link::parse(good);
  ASSERT_TRUE(link) << link.error().where;
  EXPECT_EQ(link->origin, "https://vicino.example:8443");
  EXPECT_EQ(link->room[15], 15);
  EXPECT_EQ(link->secret.expose()[0], 16);
  EXPECT_EQ(link->to_string(), good);
  EXPECT_EQ(link->websocket_url(), "wss://vicino.example:8443/ws");
  EXPECT_EQ(Link::parse("http://localhost/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw")->websocket_url(),
            "ws://localhost/ws");
}

TEST(Link, WhatIsMissingIsSaid) {
  for (const auto& [text, says] : {
           std::pair{"", "https://"},
           std::pair{"ftp://a/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw", "https://"},
           std::pair{"https:///j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw", "no server"},
           std::pair{"https://a", "no server"},
           std::pair{"https://a/x/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw", "/j/"},
           std::pair{"https://a/j/AAECAwQFBgcICQoLDA0ODw", "behind # is missing"},
           std::pair{"https://a/j/AAECAwQFBgcICQoLDA0O#EBESExQVFhcYGRobHB0eHw", "room in the link"},
           std::pair{"https://a/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eH", "behind # is incomplete"},
           std::pair{"https://a/j/AAECAwQFBgcICQoLDA0ODw#", "behind # is incomplete"},
           std::pair{"https://a/j/AAECAwQFBgcICQoLDA0ODw#EBESExQVFhcYGRobHB0eHw==", "behind # is incomplete"},
       }) {
    const auto link = Link::parse(text);
    ASSERT_FALSE(link) << text;
    EXPECT_NE(std::string_view(link.error().where).find(says), std::string_view::npos) << link.error().where;
  }
  EXPECT_FALSE(Link::parse(std::string(5000, 'h')));
}

TEST(Link, FreshRoomsAndTheirKeysDiffer) {
  SeededRandom random(1);
  const Link a = Link::create("https://a", random), b = Link::create("https://a", random);
  EXPECT_NE(a.room, b.room);
  EXPECT_FALSE(ct_equal(a.secret, b.secret));
  const LinkKeys one = LinkKeys::derive(a.secret, a.room), other = LinkKeys::derive(a.secret, b.room);
  EXPECT_FALSE(ct_equal(one.access_token, other.access_token)) << "the same secret in another room";
  EXPECT_FALSE(ct_equal(one.access_token, one.join_psk));
  EXPECT_FALSE(ct_equal(one.member_key, one.lobby_key));
  EXPECT_FALSE(equal(one.member_key.expose(), one.join_psk.expose().first(16)));
}

}  // namespace
}  // namespace vicino::core
