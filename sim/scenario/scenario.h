// A scenario as data: who is in the call with what network, what happens, what must be reached.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sim/call/person.h"

namespace vicino::sim {

enum class Side : uint8_t { up, down };

// What can happen to somebody.
struct NewPath {
  Side side;
  PathSettings settings;
};
struct Outage {  // both ways
  Duration lasts;
};
struct NewAddress {};
struct Competitor {  // a flow like TCP's begins to share the bottleneck
  Side side;
};
struct Change {
  Duration at;
  std::string who;
  std::variant<NewPath, Outage, NewAddress, Competitor> what;
};

// What can be measured, of one person and one side of their network, over a part of the run.
enum class Figure : uint8_t {
  use,            // their media over `of`, a share
  reached_after,  // seconds until their media were nine tenths of `of` for half a second
  adapted_after,  // seconds until no more than `of` was sent for 300 ms
  queue_p95,      // ms that packets waited in the bottleneck
  queue_loss,     // share of packets that didn't fit its queue
  frozen,  // share of the time that a picture they look at stood still, the worst one; what they
           // were told is held back doesn't count
  audio_gaps,  // share of what they hear that had to be concealed
  back_after,  // seconds until they saw and heard what was new then
  attempts,    // to connect, all together
  video,       // kbit/s of pictures
  unfair,      // the larger of their media and `other`'s, over the smaller
  share,       // of all that the bottleneck carried
  held_back,   // share of the time that they were told that the picture of `other` isn't sent
  height,      // of the picture of `other`, in lines: the least of it for nine tenths of the time
  switches,    // changes of a picture's size in ten seconds, the worst one
};

struct Must {
  Figure figure;
  std::string who;
  Side side = Side::up;
  Duration from{}, to{};  // `to` 0: the end
  rtc::BitRate of{};
  std::string other{};
  enum class Bound : uint8_t { at_most, at_least } bound = Bound::at_most;
  double limit = 0;
  // Where that isn't reached on every seed yet: what is, so that tests see it get worse.
  std::optional<double> so_far{};
};

struct Scenario {
  std::string name, title;
  Duration length;
  std::vector<Person> people{};
  std::vector<Change> changes{};
  std::vector<Must> musts{};
  // What the report draws.
  std::string shown{};
  Side side = Side::up;
};

const std::vector<Scenario>& scenarios();

}  // namespace vicino::sim
