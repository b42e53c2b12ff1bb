#include "sim/scenario/course.h"

#include <algorithm>

namespace vicino::sim {
namespace {

// FNV-1a over whole numbers.
class Digest {
 public:
  void add(uint64_t value) {
    for (int i = 0; i < 64; i += 8) hash_ = (hash_ ^ (value >> i & 0xff)) * 0x100000001b3;
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

Course::Course(const Scenario& scenario, uint64_t seed)
    : scenario_(scenario), seed_(seed), call_(scenario.people, seed) {
  std::ranges::stable_sort(scenario_.changes, {}, &Change::at);
  auto next = scenario_.changes.begin();
  for (Instant at; at <= Instant{} + scenario_.length; at = at + sampling) {
    for (; next != scenario_.changes.end() && Instant{} + next->at <= at; ++next) {
      call_.run_until(Instant{} + next->at);
      happen(*next);
    }
    call_.run_until(at);
    sample();
  }
}

Lane& Course::lane(const std::string& who, Side side) const {
  const size_t person = call_.find(who);
  return side == Side::up ? call_.up(person) : call_.down(person);
}

void Course::happen(const Change& change) {
  const Instant now = call_.now();
  const size_t person = call_.find(change.who);
  if (const auto* path = std::get_if<NewPath>(&change.what)) {
    lane(change.who, path->side).schedule(now, path->settings);
  } else if (const auto* outage = std::get_if<Outage>(&change.what)) {
    for (const Side side : {Side::up, Side::down})
      lane(change.who, side).add_outage(now, now + outage->lasts);
  } else if (std::holds_alternative<NewAddress>(change.what)) {
    call_.change_address(person);
  } else if (const auto* competitor = std::get_if<Competitor>(&change.what)) {
    competitor->side == Side::up ? call_.compete_up(person) : call_.compete_down(person);
  }
}

void Course::sample() {
  for (const Person& person : scenario_.people) {
    const MediaSender* sender = client(person.name).sender();
    for (const Side side : {Side::up, Side::down}) {
      const Lane& l = lane(person.name, side);
      const PathStatistics& s = l.statistics();
      const rtc::BitRate rate{static_cast<int64_t>(l.settings().rate)};
      samples_[{person.name, side}].push_back(
          {s.pushed_bytes + s.pushed * l.settings().overhead, s.pushed, s.dropped_queue, rate,
           side == Side::up && sender ? sender->target() : rtc::BitRate{}});
    }
  }
}

const std::vector<Crossing>& Course::crossings(const std::string& who, Side side) const {
  return lane(who, side).crossings();
}

uint16_t Course::owner(const std::string& who) const {
  return static_cast<uint16_t>(call_.find(who));
}

const std::vector<LaneSample>& Course::samples(const std::string& who, Side side) const {
  return samples_.at({who, side});
}

uint64_t Course::digest() const {
  Digest digest;
  for (const Person& person : scenario_.people) {
    for (const Side side : {Side::up, Side::down}) {
      for (const Crossing& c : crossings(person.name, side)) {
        digest.add(static_cast<uint64_t>(c.at.us));
        digest.add(c.bytes);
      }
    }
    const Experience& experience = client(person.name).experience();
    for (const ShownFrame& f : experience.shown) digest.add(static_cast<uint64_t>(f.at.us));
    for (const Played& p : experience.played) digest.add(static_cast<uint64_t>(p.at.us));
  }
  return digest.value();
}

}  // namespace vicino::sim
