#include "core/content.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "schema/content_generated.h"

namespace vicino::core::post {
namespace {

using flatbuffers::FlatBufferBuilder;

constexpr size_t prefix_size = 4;

// `text` without what isn't fit to be shown, the first `max_characters` of it.
std::string clean(std::string_view text, size_t max_characters, bool line_feeds) {
  std::string clean;
  for (size_t characters = 0; !text.empty() && characters < max_characters;) {
    const CodePoint c = next_code_point(text);
    const bool space = c.value == ' ' || c.value == '\n';
    const bool fit = !is_unfit(c.value) || (line_feeds && c.value == '\n');
    if (fit && !(space && clean.empty())) {
      clean += text.substr(0, c.size);
      ++characters;
    }
    text.remove_prefix(c.size);
  }
  while (clean.ends_with(' ') || clean.ends_with('\n')) clean.pop_back();
  return clean;
}

size_t characters_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

// Writing -----------------------------------------------------------------------------------------------------------

flatbuffers::Offset<flatbuffers::Vector<uint8_t>> vector_of(FlatBufferBuilder& builder, Bytes bytes) {
  return builder.CreateVector(bytes.data(), bytes.size());
}

flatbuffers::Offset<content::State> write_state(FlatBufferBuilder& builder, const State& state) {
  return content::CreateState(builder, state.version, state.microphone, state.camera, state.screen, state.screen_audio,
                              state.hand_raised);
}

uint64_t to_number(const std::optional<SenderId>& whom) {
  return whom ? whom->value : 0;
}

struct Body {
  content::Body type;
  flatbuffers::Offset<void> table;
};

struct Write {
  FlatBufferBuilder& builder;

  Body operator()(const State& state) const { return {content::Body::State, write_state(builder, state).Union()}; }
  Body operator()(const States& states) const {
    std::vector<flatbuffers::Offset<content::MemberState>> all;
    for (const MemberState& member : states.states) {
      const auto state = write_state(builder, member.state);
      all.push_back(content::CreateMemberState(builder, member.sender.value, state));
    }
    return {content::Body::States, content::CreateStatesDirect(builder, &all).Union()};
  }
  Body operator()(const Chat& chat) const {
    const std::string text = clean_chat(chat.text);
    return {content::Body::Chat, content::CreateChatDirect(builder, text.c_str()).Union()};
  }
  Body operator()(const Reaction& reaction) const {
    const std::string emoji = clean_reaction(reaction.emoji);
    return {content::Body::Reaction, content::CreateReactionDirect(builder, emoji.c_str()).Union()};
  }
  Body operator()(const AskMute& ask) const {
    return {content::Body::AskMute, content::CreateAskMute(builder, to_number(ask.whom)).Union()};
  }
  Body operator()(const AskUnmute& ask) const {
    return {content::Body::AskUnmute, content::CreateAskUnmute(builder, to_number(ask.whom)).Union()};
  }
  Body operator()(const LowerHands& lower) const {
    return {content::Body::LowerHands, content::CreateLowerHands(builder, to_number(lower.whom)).Union()};
  }
  Body operator()(const CodeCommit& commit) const {
    const auto commitment = vector_of(builder, commit.commitment);
    return {content::Body::CodeCommit,
            content::CreateCodeCommit(builder, commit.epoch, commit.round, commitment).Union()};
  }
  Body operator()(const CodeReveal& reveal) const {
    const auto nonce = vector_of(builder, reveal.nonce);
    return {content::Body::CodeReveal, content::CreateCodeReveal(builder, reveal.epoch, reveal.round, nonce).Union()};
  }
  Body operator()(const CodeRestart& restart) const {
    std::vector<uint64_t> without;
    for (const SenderId sender : restart.without) without.push_back(sender.value);
    return {content::Body::CodeRestart,
            content::CreateCodeRestartDirect(builder, restart.epoch, restart.round, &without).Union()};
  }
};

// Reading -----------------------------------------------------------------------------------------------------------

State read_state(const content::State& s) {
  return {s.version(), s.microphone(), s.camera(), s.screen(), s.screen_audio(), s.hand_raised()};
}

std::optional<SenderId> whom_of(uint64_t number) {
  if (number == 0) return std::nullopt;
  return SenderId{number};
}

template <size_t size>
Status read_bytes(const flatbuffers::Vector<uint8_t>& from, std::array<uint8_t, size>& to) {
  if (from.size() != size) return fail(Errc::malformed, "call code's size");
  std::ranges::copy(from, to.begin());
  return {};
}

Result<Content> read(const content::States& s) {
  if (s.states()->size() > max_states) return fail(Errc::too_large, "states");
  States states;
  std::set<uint64_t> seen;
  for (const content::MemberState* member : *s.states()) {
    if (member->sender() == 0 || !seen.insert(member->sender()).second) return fail(Errc::malformed, "states' ids");
    states.states.push_back({{member->sender()}, read_state(*member->state())});
  }
  return Content(std::move(states));
}

Result<Content> read(const content::Chat& c) {
  const std::string_view text = c.text()->string_view();
  if (!is_utf8(text)) return fail(Errc::malformed, "chat isn't UTF-8");
  if (characters_of(text) > max_chat) return fail(Errc::too_large, "chat");
  Chat chat{clean_chat(text)};
  if (chat.text.empty()) return fail(Errc::malformed, "empty chat");
  return Content(std::move(chat));
}

Result<Content> read(const content::Reaction& r) {
  const std::string_view emoji = r.emoji()->string_view();
  if (emoji.size() > max_reaction) return fail(Errc::too_large, "reaction");
  Reaction reaction{clean_reaction(emoji)};
  if (reaction.emoji.empty()) return fail(Errc::malformed, "reaction");
  return Content(std::move(reaction));
}

Result<Content> read(const content::CodeCommit& c) {
  CodeCommit commit{c.epoch(), c.round(), {}};
  TRY(read_bytes(*c.commitment(), commit.commitment));
  return Content(commit);
}

Result<Content> read(const content::CodeReveal& r) {
  CodeReveal reveal{r.epoch(), r.round(), {}};
  TRY(read_bytes(*r.nonce(), reveal.nonce));
  return Content(reveal);
}

Result<Content> read(const content::CodeRestart& r) {
  if (r.without()->size() > max_states) return fail(Errc::too_large, "restart");
  CodeRestart restart{r.epoch(), r.round(), {}};
  std::set<uint64_t> seen;
  for (const uint64_t sender : *r.without()) {
    if (sender == 0 || !seen.insert(sender).second) return fail(Errc::malformed, "restart's ids");
    restart.without.push_back({sender});
  }
  return Content(std::move(restart));
}

// `sized` starts at a multiple of 8 in memory: the format's own alignment is relative to that.
Result<Content> read_aligned(Bytes sized) {
  flatbuffers::Verifier verifier(sized.data(), sized.size());
  if (!verifier.VerifySizePrefixedBuffer<content::Content>(nullptr)) return fail(Errc::malformed, "content");
  const auto* root = flatbuffers::GetSizePrefixedRoot<content::Content>(sized.data());
  switch (root->body_type()) {
    case content::Body::State:
      return Content(read_state(*root->body_as_State()));
    case content::Body::States:
      return read(*root->body_as_States());
    case content::Body::Chat:
      return read(*root->body_as_Chat());
    case content::Body::Reaction:
      return read(*root->body_as_Reaction());
    case content::Body::AskMute:
      return Content(AskMute{whom_of(root->body_as_AskMute()->sender())});
    case content::Body::AskUnmute:
      return Content(AskUnmute{whom_of(root->body_as_AskUnmute()->sender())});
    case content::Body::LowerHands:
      return Content(LowerHands{whom_of(root->body_as_LowerHands()->sender())});
    case content::Body::CodeCommit:
      return read(*root->body_as_CodeCommit());
    case content::Body::CodeReveal:
      return read(*root->body_as_CodeReveal());
    case content::Body::CodeRestart:
      return read(*root->body_as_CodeRestart());
    default:
      return fail(Errc::malformed, "unknown content");
  }
}

}  // namespace

Buffer write(const Content& content) {
  FlatBufferBuilder builder;
  const Body body = std::visit(Write{builder}, content);
  builder.FinishSizePrefixed(content::CreateContent(builder, body.type, body.table));
  return Buffer(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
}

Result<Content> read(Bytes plaintext) {
  if (plaintext.size() < prefix_size) return fail(Errc::truncated, "content");
  const size_t announced = flatbuffers::GetPrefixedSize(plaintext.data());
  if (announced > plaintext.size() - prefix_size) return fail(Errc::truncated, "content");
  const size_t size = prefix_size + announced;
  if (std::ranges::any_of(plaintext.subspan(size), [](uint8_t b) { return b != 0; })) {
    return fail(Errc::malformed, "content's padding");
  }
  const Bytes sized = plaintext.first(size);
  if (reinterpret_cast<uintptr_t>(sized.data()) % 8 == 0) return read_aligned(sized);
  const Buffer aligned(sized.begin(), sized.end());
  return read_aligned(aligned);
}

std::string clean_chat(std::string_view text) {
  return clean(text, max_chat, true);
}

std::string clean_reaction(std::string_view emoji) {
  if (emoji.size() > max_reaction || !is_utf8(emoji)) return "";
  return clean(emoji, max_reaction, false);
}

}  // namespace vicino::core::post
