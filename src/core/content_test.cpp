#include "core/content.h"

#include <gmock/gmock.h>

#include "base/random.h"
#include "schema/content_generated.h"

namespace vicino::core::post {
namespace {

Errc error_of(const Buffer& plaintext) {
  const auto content = read(plaintext);
  EXPECT_FALSE(content);
  return content ? Errc::not_found : content.error().code;
}

std::vector<Content> one_of_each() {
  CodeCommit commit{7, 3, {}};
  commit.commitment.fill(0xc0);
  CodeReveal reveal{7, 3, {}};
  reveal.nonce.fill(0x11);
  return {State{9, true, false, true, false, 1700000000000},
          States{{{{1}, State{1, true, true, false, false, 0}}, {{UINT64_MAX}, State{2, false, true, false, true, 5}}}},
          Chat{"Ciao,\n\u00e8 tardi \U0001F44B\U0001F3FD"},
          Reaction{"\U0001F469\u200D\U0001F680"},
          AskMute{},
          AskUnmute{SenderId{5}},
          LowerHands{SenderId{6}},
          commit,
          reveal,
          CodeRestart{7, 4, {{3}, {2}}}};
}

TEST(Content, EveryKindComesBackAsItWas) {
  for (const Content& content : one_of_each()) {
    const auto back = read(write(content));
    ASSERT_TRUE(back) << content.index() << back.error().where;
    EXPECT_EQ(*back, content) << content.index();
  }
}

TEST(Content, PaddingMayFollowAndOnlyZeros) {
  for (const Content& content : one_of_each()) {
    Buffer plaintext = write(content);
    plaintext.resize(plaintext.size() + 128);
    EXPECT_EQ(read(plaintext), content) << content.index();
    plaintext.back() = 1;
    EXPECT_EQ(error_of(plaintext), Errc::malformed);
  }
}

TEST(Content, ReadsWhereverTheBytesLie) {
  const Buffer plaintext = write(one_of_each()[1]);
  Buffer shifted(plaintext.size() + 8);
  for (size_t offset = 0; offset < 8; ++offset) {
    std::ranges::copy(plaintext, shifted.begin() + static_cast<ptrdiff_t>(offset));
    EXPECT_EQ(read(Bytes(shifted).subspan(offset, plaintext.size())), one_of_each()[1]);
  }
}

TEST(Content, CutShortIsRefused) {
  for (const Content& content : one_of_each()) {
    const Buffer plaintext = write(content);
    for (size_t size = 0; size < plaintext.size(); ++size) {
      EXPECT_EQ(error_of(Buffer(plaintext.begin(), plaintext.begin() + static_cast<ptrdiff_t>(size))), Errc::truncated);
    }
  }
}

TEST(Content, AnyBytesAreReadOrRefusedInBounds) {
  SeededRandom random(4);
  for (const Content& content : one_of_each()) {
    const Buffer plaintext = write(content);
    for (int i = 0; i < 2000; ++i) {
      Buffer changed = plaintext;
      for (uint32_t n = random.u32() % 3 + 1; n > 0; --n) {
        changed[random.u32() % changed.size()] = static_cast<uint8_t>(random.u32());
      }
      if (const auto content_read = read(changed)) write(*content_read);
    }
  }
}

TEST(Content, ChatIsCleanedWithItsLines) {
  EXPECT_EQ(clean_chat(" \n a\tb\r\nc\n\n"), "ab\nc");
  EXPECT_EQ(clean_chat("safe\u202Eexe.txt\u2066"), "safeexe.txt");
  EXPECT_EQ(clean_chat("a\xff"
                       "b\xc0\xaf"),
            "ab");
  EXPECT_EQ(clean_chat(std::string_view("a\0b", 3)), "ab");
  EXPECT_EQ(clean_chat("\u200f \n"), "");
  EXPECT_EQ(clean_chat(std::string(3000, 'x')).size(), max_chat);
  EXPECT_EQ(*read(write(Chat{"\u202Ehello"})), Content(Chat{"hello"}));
}

// As somebody else's program might write it.
template <class Make>
Buffer raw(content::Body type, Make make) {
  flatbuffers::FlatBufferBuilder builder;
  const auto table = make(builder).Union();
  builder.FinishSizePrefixed(content::CreateContent(builder, type, table));
  return Buffer(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}
Buffer raw_chat(const std::string& text) {
  return raw(content::Body::Chat, [&](auto& b) { return content::CreateChat(b, b.CreateString(text)); });
}
Buffer raw_reaction(const std::string& text) {
  return raw(content::Body::Reaction, [&](auto& b) { return content::CreateReaction(b, b.CreateString(text)); });
}

TEST(Content, TextsOfOthersAreHeldToTheirLimits) {
  std::string text;
  for (size_t i = 0; i < max_chat; ++i) text += "\u00e8";
  EXPECT_EQ(read(raw_chat(text)), Content(Chat{text}));
  EXPECT_EQ(error_of(raw_chat(text + "x")), Errc::too_large);
  EXPECT_EQ(error_of(raw_chat("a\xff")), Errc::malformed);
  EXPECT_EQ(error_of(raw_chat("\xed\xa0\x80")), Errc::malformed);  // a surrogate
  EXPECT_EQ(error_of(raw_chat(" \n")), Errc::malformed);
  EXPECT_EQ(read(raw_chat("a\u202E\x07z")), Content(Chat{"az"}));
  EXPECT_EQ(read(raw_reaction(std::string(max_reaction, 'x'))), Content(Reaction{std::string(max_reaction, 'x')}));
  EXPECT_EQ(error_of(raw_reaction(std::string(max_reaction + 1, 'x'))), Errc::too_large);
  EXPECT_EQ(error_of(raw_reaction("\xf0\x9f")), Errc::malformed);
  EXPECT_EQ(error_of(raw_reaction("\n")), Errc::malformed);
}

TEST(Content, TextsLeftEmptyAreWrittenAsWhatNobodyReads) {
  EXPECT_FALSE(read(write(Chat{"\x01"})));
  EXPECT_FALSE(read(write(Reaction{std::string(max_reaction + 1, 'x')})));
}

TEST(Content, CodesHaveTheirExactSizes) {
  for (const size_t size : {0u, 31u, 33u, 1000u}) {
    const Buffer bytes(size);
    EXPECT_EQ(error_of(raw(content::Body::CodeCommit,
                           [&](auto& b) { return content::CreateCodeCommitDirect(b, 1, 0, &bytes); })),
              Errc::malformed);
    EXPECT_EQ(error_of(raw(content::Body::CodeReveal,
                           [&](auto& b) { return content::CreateCodeRevealDirect(b, 1, 0, &bytes); })),
              Errc::malformed);
  }
}

TEST(Content, ListsNameEverybodyOnceAndNobodyElse) {
  EXPECT_EQ(error_of(write(CodeRestart{1, 1, {{4}, {4}}})), Errc::malformed);
  EXPECT_EQ(error_of(write(CodeRestart{1, 1, {{0}}})), Errc::malformed);
  EXPECT_EQ(error_of(write(States{{{{4}, {}}, {{4}, {}}}})), Errc::malformed);
  EXPECT_EQ(error_of(write(States{{{{0}, {}}}})), Errc::malformed);
  States states;
  CodeRestart restart;
  for (uint64_t i = 1; i <= max_states + 1; ++i) {
    states.states.push_back({{i}, {}});
    restart.without.push_back({i});
  }
  EXPECT_EQ(error_of(write(states)), Errc::too_large);
  EXPECT_EQ(error_of(write(restart)), Errc::too_large);
}

TEST(Content, AHundredStatesFitAPost) {
  States states;
  for (uint64_t i = 1; i <= max_states; ++i) {
    states.states.push_back({{i << 56 | i}, State{UINT64_MAX - i, true, true, true, true, UINT64_MAX - i}});
  }
  const Buffer plaintext = write(states);
  EXPECT_LT(plaintext.size(), 7500u);  // of the 8192 that a Post may have, MLS takes some
  EXPECT_EQ(read(plaintext), Content(states));
}

TEST(Content, AnUnknownKindIsRefused) {
  EXPECT_EQ(error_of(raw(static_cast<content::Body>(11), [&](auto& b) { return content::CreateAskMute(b, 1); })),
            Errc::malformed);
  EXPECT_EQ(error_of(raw(content::Body::NONE, [&](auto& b) { return content::CreateAskMute(b, 1); })), Errc::malformed);
}

}  // namespace
}  // namespace vicino::core::post
