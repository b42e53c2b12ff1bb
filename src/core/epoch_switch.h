// Under which epoch's key own frames are sealed, and how long those of earlier epochs can still be opened. A new
// epoch's sending key is used when all have it (the server says so), after a second in any case, and at once when
// somebody was removed: what is said from then on isn't for them.
#pragma once

#include <deque>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace vicino::core {

struct EpochSwitchOptions {
  Duration longest_wait = seconds(1);  // a higher value: a slow member delays all; a lower one: its picture freezes
  Duration keep = seconds(10);         // receive keys after the switch away from their epoch, for frames on their way
  size_t max_live = 16;                // epochs whose receive keys are there; the KID tells 256 apart
};

class EpochSwitch {
 public:
  // Seal own frames under `epoch` from now on. Whoever was removed by a commit up to this epoch can leave the screen.
  struct SendUnder {
    uint64_t epoch = 0;
    friend bool operator==(const SendUnder&, const SendUnder&) = default;
  };
  // Destroy the receive keys of `epoch`.
  struct EndEpoch {
    uint64_t epoch = 0;
    friend bool operator==(const EndEpoch&, const EndEpoch&) = default;
  };
  using Output = std::variant<SendUnder, EndEpoch>;

  explicit EpochSwitch(EpochSwitchOptions options = {}) : options_(options) {}

  // The receive keys of `epoch` are there. `own_first`: this member has just come, or come back as another leaf, and
  // has no key of an earlier epoch to send under. The first epoch counts as such in any case.
  // Error: bad_state (not above all that began; a change of the group itself takes a new EpochSwitch).
  Status begin(Instant now, uint64_t epoch, bool somebody_removed, bool own_first);

  // Switch came. One for an epoch that is behind is ignored. Error: bad_state (of an epoch not begun here).
  Status server_says_switch(Instant now, uint64_t epoch);

  Instant next_timeout() const;
  void handle_timeout(Instant now);

  // In order.
  std::vector<Output> take_outputs() { return std::exchange(outputs_, {}); }

  // The epoch own frames are sealed under. CHECKs that one has begun.
  uint64_t sending() const;
  bool is_live(uint64_t epoch) const;

 private:
  struct Epoch {
    uint64_t number = 0;
    Instant switch_at;                  // to it, at the latest
    Instant end_at = Instant::never();  // once sending is past it
  };
  void switch_to(Instant now, uint64_t epoch);
  void end_oldest();

  EpochSwitchOptions options_;
  std::deque<Epoch> live_;  // oldest first; empty before the first one
  uint64_t sending_ = 0;
  std::vector<Output> outputs_;
};

}  // namespace vicino::core
