// What members say of themselves, by what they said last: microphone, camera, screen, hand. And how much each may say
// in a while, so that one member can't flood the others' screens.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "core/content.h"

namespace vicino::core {

struct PeopleOptions {
  int64_t burst = 10;            // of each kind and member, at once
  Duration refill = seconds(1);  // until one more is allowed: 10 in 10 s for long
};

class People {
 public:
  // What is counted by itself for each member.
  enum class Kind : uint8_t { chat, reaction, request };
  static constexpr size_t kinds = 3;

  explicit People(SenderId self, PeopleOptions options = {}) : self_(self), options_(options) {}

  // Who is in the group now, in any order, the own one included. Others' states are forgotten; those who stay keep what
  // they said.
  void set_members(const std::vector<SenderId>& members);

  // The own state has become this one, but for its version: returns what to post. Versions start at the wall clock, so
  // that a page loaded anew goes on above those it doesn't remember.
  post::State set_own(WallTime wall, post::State state);
  const post::State& own() const { return own_; }

  // `from` speaks of itself. Ignored: an old version, somebody who isn't a member, this member.
  void heard(SenderId from, const post::State& state);
  // `from`, any member, speaks of others. Counts for members who haven't spoken themselves, until they do; of what
  // several say the higher version.
  void heard(SenderId from, const post::States& states);

  // nullopt: nothing is known of it yet.
  std::optional<post::State> state(SenderId sender) const;
  // Who has raised a hand, the first first; this member included.
  std::vector<SenderId> hands() const;
  // For those newly added: what is known of all, the own state included. Hearsay too: who came late knows no better of
  // those who haven't spoken since, and a newcomer would know nothing.
  post::States snapshot() const;

  // Whether one more of the kind from `from` may be shown (or, of the own id, posted) now; counts it. False: drop it.
  bool allow(Instant now, SenderId from, Kind kind);

  // Whether state() or hands() may have changed since the last call.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  struct Allowance {
    int64_t left = 0;
    Instant counted;  // when `left` was right
  };
  struct Person {
    std::optional<post::State> said;     // by itself
    std::optional<post::State> hearsay;  // while it hasn't spoken
    std::array<std::optional<Allowance>, kinds> allowances;
  };

  SenderId self_;
  PeopleOptions options_;
  post::State own_;
  bool own_set_ = false;
  std::map<SenderId, Person> people_;  // members, the own one for its allowances
  bool changed_ = false;
};

}  // namespace vicino::core
