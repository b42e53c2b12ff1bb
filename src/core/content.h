// What members tell each other inside the encryption (schema/content.fbs): the plaintext of an MLS application message,
// read strictly and written. Who said it is what MLS says, never part of it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace vicino::core::post {

inline constexpr size_t max_chat = 2000;    // characters (code points) of a chat message
inline constexpr size_t max_reaction = 32;  // bytes of a reaction
inline constexpr size_t max_states = 100;   // members that one States or one CodeRestart may name
inline constexpr size_t commitment_size = 32;
inline constexpr size_t nonce_size = 32;

// What a member says of itself. A higher version replaces a lower one.
struct State {
  uint64_t version = 0;
  bool microphone = false, camera = false, screen = false, screen_audio = false;  // true: on
  uint64_t hand_raised = 0;  // 0: down; else milliseconds since 1970 by the raiser's clock
  friend bool operator==(const State&, const State&) = default;
};

struct MemberState {
  SenderId sender;  // not 0
  State state;
  friend bool operator==(const MemberState&, const MemberState&) = default;
};
// What a committer tells those it has added. Each sender at most once.
struct States {
  std::vector<MemberState> states;
  friend bool operator==(const States&, const States&) = default;
};

struct Chat {
  std::string text;  // as clean_chat() leaves it, not empty
  friend bool operator==(const Chat&, const Chat&) = default;
};
struct Reaction {
  std::string emoji;  // as clean_reaction() leaves it, not empty
  friend bool operator==(const Reaction&, const Reaction&) = default;
};

// A host's requests; whether `from` is one, the reader asks the group. nullopt: all but hosts.
struct AskMute {
  std::optional<SenderId> whom;
  friend bool operator==(const AskMute&, const AskMute&) = default;
};
struct AskUnmute {
  std::optional<SenderId> whom;
  friend bool operator==(const AskUnmute&, const AskUnmute&) = default;
};
struct LowerHands {
  std::optional<SenderId> whom;
  friend bool operator==(const LowerHands&, const LowerHands&) = default;
};

// The call code: core/call_code.h.
struct CodeCommit {
  uint64_t epoch = 0;
  uint16_t round = 0;
  std::array<uint8_t, commitment_size> commitment{};
  friend bool operator==(const CodeCommit&, const CodeCommit&) = default;
};
struct CodeReveal {
  uint64_t epoch = 0;
  uint16_t round = 0;
  std::array<uint8_t, nonce_size> nonce{};
  friend bool operator==(const CodeReveal&, const CodeReveal&) = default;
};
struct CodeRestart {
  uint64_t epoch = 0;
  uint16_t round = 0;             // the one that begins
  std::vector<SenderId> without;  // not 0, each at most once
  friend bool operator==(const CodeRestart&, const CodeRestart&) = default;
};

using Content =
    std::variant<State, States, Chat, Reaction, AskMute, AskUnmute, LowerHands, CodeCommit, CodeReveal, CodeRestart>;

// The plaintext, not padded: MLS pads its messages. A size in 4 bytes, little-endian, then the FlatBuffer of that size
// (FlatBuffers' size prefix). Texts are cleaned; one that is left empty makes a content that read() refuses, so whoever
// takes texts from a person asks clean_*() first.
Buffer write(const Content& content);

// Zeros may follow the FlatBuffer, and nothing else. Texts come out clean.
// Errors: truncated, malformed (not a Content, a text that isn't UTF-8 or is empty, a size, an id 0 or twice),
// too_large (over a limit above).
Result<Content> read(Bytes plaintext);

// A chat message as it may be shown: control characters but line feeds, and direction overrides, removed; no white
// space around; cut to max_chat characters. Bytes that aren't UTF-8 are dropped. Empty when nothing is left.
std::string clean_chat(std::string_view text);
// A reaction as it may be shown, in one line. Empty when it is over max_reaction, isn't UTF-8, or nothing is left.
std::string clean_reaction(std::string_view emoji);

}  // namespace vicino::core::post
