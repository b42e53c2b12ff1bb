#include <algorithm>

#include "sim/scenario/report.h"

namespace vicino::sim {
namespace {

// What is looked at on the other side of the scenario's path: by whom is asked, or by the first.
const Person& watcher(const Scenario& scenario) {
  const auto looks = [&](const Person& p) { return !p.views.empty(); };
  const auto shown = std::ranges::find(scenario.people, scenario.shown, &Person::name);
  if (looks(*shown)) return *shown;
  const auto any = std::ranges::find_if(scenario.people, looks);
  return any == scenario.people.end() ? *shown : *any;
}

}  // namespace

Curves curves_of(const Course& course) {
  const Scenario& scenario = course.scenario();
  Curves curves;
  curves.step = scenario.length / static_cast<int64_t>(Curves::count);
  for (auto* values :
       {&curves.rate, &curves.target, &curves.capacity, &curves.queue, &curves.height})
    values->resize(Curves::count);
  const auto place = [&](Instant at) {
    return std::min(static_cast<size_t>(at.us / curves.step.us), Curves::count - 1);
  };
  const uint16_t owner = course.owner(scenario.shown);
  for (const Crossing& c : course.crossings(scenario.shown, scenario.side)) {
    const size_t i = place(c.at);
    curves.queue[i] = std::max(curves.queue[i], static_cast<double>(c.waited.us) / 1000);
    if (c.owner == owner) curves.rate[i] += rtc::rate_of(c.bytes, curves.step) / rtc::BitRate{1000};
  }
  const auto& samples = course.samples(scenario.shown, scenario.side);
  for (size_t i = 0; i < Curves::count; ++i) {
    const Duration middle = curves.step * static_cast<int64_t>(i) + curves.step / 2;
    const LaneSample& s =
        samples[std::min(static_cast<size_t>(middle.us / Course::sampling.us), samples.size() - 1)];
    curves.target[i] = s.target / rtc::BitRate{1000};
    curves.capacity[i] = s.rate / rtc::BitRate{1000};
  }
  for (const ShownFrame& f : course.client(watcher(scenario).name).experience().shown) {
    double& height = curves.height[place(f.at)];
    height = std::max<double>(height, f.stamp.height);
  }
  return curves;
}

}  // namespace vicino::sim
