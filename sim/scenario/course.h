// How a run of a scenario went: what every figure is computed from.
#pragma once

#include <map>

#include "sim/call/call.h"
#include "sim/scenario/scenario.h"

namespace vicino::sim {

// Of one lane, up to a moment.
struct LaneSample {
  uint64_t pushed_bytes, pushed, dropped_queue;
  rtc::BitRate rate, target;  // the sender's; zero where nobody knows it
};

class Course {
 public:
  static constexpr Duration sampling = milliseconds(50);

  // Runs it.
  Course(const Scenario& scenario, uint64_t seed);

  const Scenario& scenario() const { return scenario_; }
  uint64_t seed() const { return seed_; }
  Instant end() const { return call_.now(); }

  const Client& client(const std::string& who) const { return call_.client(call_.find(who)); }
  // Packets that crossed, of all who share the lane.
  const std::vector<Crossing>& crossings(const std::string& who, Side side) const;
  uint16_t owner(const std::string& who) const;
  // One every `sampling`, the first at zero.
  const std::vector<LaneSample>& samples(const std::string& who, Side side) const;
  // Everything that anybody could tell two runs apart by.
  uint64_t digest() const;

 private:
  void plan();
  void happen(const Change& change);
  void sample();
  Lane& lane(const std::string& who, Side side) const;

  Scenario scenario_;
  uint64_t seed_;
  mutable Call call_;
  std::map<std::pair<std::string, Side>, std::vector<LaneSample>> samples_;
};

}  // namespace vicino::sim
