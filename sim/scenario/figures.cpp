#include "sim/scenario/figures.h"

#include <algorithm>
#include <cmath>

#include "sim/media/freeze_meter.h"

namespace vicino::sim {
namespace {

struct Window {
  Instant from, to;
  bool holds(Instant t) const { return t >= from && t < to; }
  Duration length() const { return to - from; }
};

Window window_of(const Course& course, const Must& must) {
  const Instant to = must.to.us == 0 ? course.end() : Instant{} + must.to;
  return {Instant{} + must.from, to};
}

// What never happened happens an hour later.
constexpr double never = 3600;

double in_seconds(Duration d) {
  return static_cast<double>(d.us) / 1e6;
}

bool is_media(Traffic traffic) {
  return traffic == Traffic::audio || traffic == Traffic::video;
}

template <class Counts>
double bytes_of(const Course& course, const Must& must, const std::string& who,
                const Counts& counts) {
  const Window window = window_of(course, must);
  const uint16_t owner = course.owner(who);
  double bytes = 0;
  for (const Crossing& c : course.crossings(who, must.side))
    if (c.owner == owner && window.holds(c.at) && counts(c.traffic)) bytes += c.bytes;
  return bytes;
}

double use(const Course& course, const Must& must) {
  return bytes_of(course, must, must.who, is_media) /
         must.of.bytes_in(window_of(course, must).length());
}

double video(const Course& course, const Must& must) {
  const double bytes =
      bytes_of(course, must, must.who, [](Traffic t) { return t == Traffic::video; });
  return bytes * 8 / 1000 / in_seconds(window_of(course, must).length());
}

double unfair(const Course& course, const Must& must) {
  const double one = bytes_of(course, must, must.who, is_media);
  const double other = bytes_of(course, must, must.other, is_media);
  return std::max(one, other) / std::max(std::min(one, other), 1.0);
}

double share(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  double all = 0;
  for (const Crossing& c : course.crossings(must.who, must.side))
    if (window.holds(c.at)) all += c.bytes;
  return bytes_of(course, must, must.who, is_media) / std::max(all, 1.0);
}

double reached_after(const Course& course, const Must& must) {
  constexpr Duration held = milliseconds(500);
  constexpr double nearly = 0.9;
  const Window window = window_of(course, must);
  const uint16_t owner = course.owner(must.who);
  std::vector<Crossing> media;
  for (const Crossing& c : course.crossings(must.who, must.side))
    if (c.owner == owner && window.holds(c.at) && is_media(c.traffic)) media.push_back(c);
  const double needed = must.of.bytes_in(held) * nearly;
  double bytes = 0;
  for (size_t first = 0, last = 0; last < media.size(); ++last) {
    bytes += media[last].bytes;
    for (; media[last].at - media[first].at > held; ++first) bytes -= media[first].bytes;
    if (bytes >= needed) return in_seconds(media[last].at - window.from);
  }
  return never;
}

double adapted_after(const Course& course, const Must& must) {
  constexpr size_t held = 6;  // samples
  const auto& samples = course.samples(must.who, must.side);
  const double allowed = must.of.bytes_in(Course::sampling * held);
  const auto first = static_cast<size_t>(must.from.us / Course::sampling.us);
  for (size_t i = first + held; i < samples.size(); ++i) {
    const auto sent = static_cast<double>(samples[i].pushed_bytes - samples[i - held].pushed_bytes);
    if (sent <= allowed) return in_seconds(Course::sampling * static_cast<int64_t>(i - first));
  }
  return never;
}

double queue_p95(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  std::vector<Duration> waits;
  for (const Crossing& c : course.crossings(must.who, must.side))
    if (window.holds(c.at)) waits.push_back(c.waited);
  if (waits.empty()) return 0;
  const auto place = static_cast<std::ptrdiff_t>(0.95 * static_cast<double>(waits.size() - 1));
  std::nth_element(waits.begin(), waits.begin() + place, waits.end());
  return in_seconds(waits[static_cast<size_t>(place)]) * 1000;
}

double queue_loss(const Course& course, const Must& must) {
  const auto& samples = course.samples(must.who, must.side);
  const Window window = window_of(course, must);
  const auto at = [&](Instant t) {
    return samples[std::min(samples.size() - 1, static_cast<size_t>(t.us / Course::sampling.us))];
  };
  const LaneSample from = at(window.from), to = at(window.to);
  return static_cast<double>(to.dropped_queue - from.dropped_queue) /
         static_cast<double>(std::max<uint64_t>(1, to.pushed - from.pushed));
}

// The frames that somebody saw, by whose they were.
std::map<uint8_t, std::vector<ShownFrame>> pictures(const Course& course, const Must& must) {
  std::map<uint8_t, std::vector<ShownFrame>> all;
  for (const ShownFrame& f : course.client(must.who).experience().shown)
    all[f.stamp.publisher].push_back(f);
  return all;
}

// When somebody was told that a picture is held back, or isn't any more.
std::vector<std::pair<Instant, bool>> held_times(const Course& course, const std::string& who,
                                                 uint32_t publisher) {
  std::vector<std::pair<Instant, bool>> changes;
  for (const Experience::HeldBack& told : course.client(who).experience().held_back) {
    const bool held = std::ranges::find(told.whose, publisher) != told.whose.end();
    if (changes.empty() ? held : held != changes.back().second) changes.emplace_back(told.at, held);
  }
  return changes;
}

double held_back(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  auto changes = held_times(course, must.who, course.client(must.other).id().value);
  changes.emplace_back(window.to, false);
  Duration sum{};
  Instant since = window.to;
  for (const auto& [at, held] : changes) {
    const Instant within = std::clamp(at, window.from, window.to);
    if (!held) sum = sum + std::max(within - since, Duration{});
    since = held ? within : window.to;
  }
  return in_seconds(sum) / in_seconds(window.length());
}

double frozen(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  double worst = 0;
  const auto all = pictures(course, must);
  if (all.empty()) return 1;
  for (const auto& [publisher, frames] : all) {
    FreezeMeter meter;
    const auto changes = held_times(course, must.who, publisher);
    auto change = changes.begin();
    const auto pause_before = [&](Instant t) {
      for (; change != changes.end() && change->first <= t; ++change)
        if (change->second) meter.pause(change->first);
    };
    for (const ShownFrame& f : frames) {
      pause_before(f.at);
      meter.shown(f.at);
    }
    pause_before(window.to);
    worst = std::max(worst, meter.share(window.from, window.to));
  }
  return worst;
}

double audio_gaps(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  double turns = 0, concealed = 0;
  for (const Played& p : course.client(must.who).experience().played) {
    if (!window.holds(p.at)) continue;
    ++turns;
    if (p.concealed) ++concealed;
  }
  return turns == 0 ? 1 : concealed / turns;
}

double back_after(const Course& course, const Must& must) {
  const Instant from = Instant{} + must.from;
  const Experience& experience = course.client(must.who).experience();
  const auto seen = std::ranges::find_if(
      experience.shown, [&](const ShownFrame& f) { return f.stamp.captured >= from; });
  const auto heard = std::ranges::find_if(
      experience.played, [&](const Played& p) { return p.stamp.captured >= from && !p.concealed; });
  if (seen == experience.shown.end() || heard == experience.played.end()) return never;
  return in_seconds(std::max(seen->at, heard->at) - from);
}

double height(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  const auto publisher = course.client(must.other).id().value;
  std::vector<double> heights;
  for (const ShownFrame& f : course.client(must.who).experience().shown)
    if (window.holds(f.at) && f.stamp.publisher == publisher) heights.push_back(f.stamp.height);
  if (heights.empty()) return 0;
  const auto place = static_cast<std::ptrdiff_t>(0.1 * static_cast<double>(heights.size() - 1));
  std::nth_element(heights.begin(), heights.begin() + place, heights.end());
  return heights[static_cast<size_t>(place)];
}

double switches(const Course& course, const Must& must) {
  const Window window = window_of(course, must);
  size_t worst = 0;
  for (const auto& [publisher, frames] : pictures(course, must)) {
    size_t changes = 0;
    for (size_t i = 1; i < frames.size(); ++i)
      changes += window.holds(frames[i].at) && frames[i].stamp.height != frames[i - 1].stamp.height;
    worst = std::max(worst, changes);
  }
  return static_cast<double>(worst) * 10 / in_seconds(window.length());
}

double attempts(const Course& course, const Must& must) {
  return course.client(must.who).visits();
}

struct Definition {
  Figure figure;
  const char* name;
  const char* unit;
  double (*compute)(const Course&, const Must&);
};
constexpr Definition definitions[] = {
    {Figure::use, "use", "%", use},
    {Figure::reached_after, "reached after", "s", reached_after},
    {Figure::adapted_after, "adapted after", "s", adapted_after},
    {Figure::queue_p95, "queue p95", "ms", queue_p95},
    {Figure::queue_loss, "queue loss", "%", queue_loss},
    {Figure::frozen, "frozen", "%", frozen},
    {Figure::audio_gaps, "audio gaps", "%", audio_gaps},
    {Figure::back_after, "back after", "s", back_after},
    {Figure::attempts, "attempts to connect", "", attempts},
    {Figure::video, "video", "kbit/s", video},
    {Figure::unfair, "unfairness", "times", unfair},
    {Figure::share, "share", "%", share},
    {Figure::held_back, "told held back", "%", held_back},
    {Figure::height, "picture", "lines", height},
    {Figure::switches, "switches in 10 s", "", switches},
};

const Definition& definition_of(Figure figure) {
  return *std::ranges::find(definitions, figure, &Definition::figure);
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  return text;
}

}  // namespace

double measure(const Course& course, const Must& must) {
  return definition_of(must.figure).compute(course, must);
}

std::vector<Verdict> judge(const Course& course) {
  std::vector<Verdict> verdicts;
  for (const Must& must : course.scenario().musts) {
    const double value = measure(course, must);
    const auto within = [&](double limit) {
      return must.bound == Must::Bound::at_most ? value <= limit : value >= limit;
    };
    verdicts.push_back({must, value, within(must.limit), within(must.so_far.value_or(must.limit))});
  }
  return verdicts;
}

std::string name_of(const Must& must, Instant end) {
  std::string text = definition_of(must.figure).name;
  text += " (" + must.who + (must.other.empty() ? "" : ", " + must.other) +
          (must.side == Side::up ? ", up" : ", down") + ", from " + number(in_seconds(must.from)) +
          " to " + number(in_seconds(must.to.us == 0 ? end - Instant{} : must.to)) + " s)";
  return text;
}

std::string text_of(Figure figure, double value) {
  if (value == never) return "never";
  const std::string unit = definition_of(figure).unit;
  return number(unit == "%" ? value * 100 : value) + (unit.empty() ? "" : " " + unit);
}

std::string limit_of(const Must& must) {
  return (must.bound == Must::Bound::at_most ? "at most " : "at least ") +
         text_of(must.figure, must.limit);
}

}  // namespace vicino::sim
