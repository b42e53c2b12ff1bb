// What holds of every course, whatever the network does.
#include <gtest/gtest.h>

#include <set>

#include "sim/scenario/report.h"
#include "sim/scenario/seeds_fixture.h"

namespace vicino::sim {
namespace {

double any(SeededRandom& random) {
  return static_cast<double>(random.next() % 1000) / 1000;
}

PathSettings any_path(SeededRandom& random) {
  PathSettings path;
  if (random.next() % 2) path.rate = 50'000 + random.next() % 5'000'000;
  path.queue = milliseconds(20 + static_cast<int64_t>(random.next() % 800));
  path.delay = milliseconds(static_cast<int64_t>(random.next() % 150));
  path.jitter = milliseconds(static_cast<int64_t>(random.next() % 40));
  path.jitter_reorders = random.next() % 4 == 0;
  path.loss = random.next() % 2 ? any(random) * 0.2 : 0;
  path.burst = random.next() % 3 ? 0 : 1 + any(random) * 9;
  path.reorder = any(random) * 0.05;
  path.duplicate = any(random) * 0.05;
  return path;
}

// Three who see and hear each other over any network, and something that happens to each.
Scenario any_scenario(uint64_t seed) {
  SeededRandom random(seed);
  Scenario made{.name = "any", .title = "", .length = seconds(8)};
  for (const char* name : {"a", "b", "c"}) {
    Person person{
        .name = name, .camera = camera(), .up = any_path(random), .down = any_path(random)};
    for (const char* other : {"a", "b", "c"})
      if (std::string(other) != name) person.views.push_back({other, 640, 360});
    made.people.push_back(std::move(person));
  }
  const auto sometime = [&] { return milliseconds(static_cast<int64_t>(random.next() % 8000)); };
  made.changes = {{sometime(), "a", NewPath{Side::up, any_path(random)}},
                  {sometime(), "b", Outage{milliseconds(500)}},
                  {sometime(), "c", NewAddress{}}};
  made.shown = "a";
  return made;
}

void expect_sound(const Course& course, const std::string& name) {
  const Client& client = course.client(name);
  std::map<uint8_t, Stamp> newest;
  Instant last;
  for (const ShownFrame& f : client.experience().shown) {
    EXPECT_GT(f.at, f.stamp.captured) << "shown before it was there";
    EXPECT_GE(f.at, std::exchange(last, f.at));
    EXPECT_NE(f.stamp.publisher, client.id().value) << "its own picture";
    const auto [known, first] = newest.emplace(f.stamp.publisher, f.stamp);
    // A change of layers may show the same picture again in another size, or step back a little.
    const bool changed = f.stamp.height != known->second.height;
    EXPECT_TRUE(first || f.stamp.captured > known->second.captured ||
                (changed && known->second.captured - f.stamp.captured < milliseconds(500)))
        << "shown again";
    known->second = f.stamp;
  }
  for (const Played& p : client.experience().played) {
    EXPECT_TRUE(p.concealed || p.at > p.stamp.captured);
  }
  for (const Side side : {Side::up, Side::down}) {
    for (const Crossing& c : course.crossings(name, side)) EXPECT_GE(c.waited, Duration{});
  }
}

TEST(Courses, AreSoundOnAnyNetwork) {
  for (const uint64_t seed : test_seeds(6)) {
    SCOPED_TRACE("VICINO_SEED=" + std::to_string(seed));
    const Course course(any_scenario(seed), seed);
    for (const char* name : {"a", "b", "c"}) expect_sound(course, name);
  }
}

TEST(Courses, AreTheSameForTheSameSeedAndOnlyThen) {
  std::set<uint64_t> digests;
  for (const uint64_t seed : test_seeds(3)) {
    const Scenario scenario = any_scenario(seed);
    const uint64_t digest = Course(scenario, seed).digest();
    EXPECT_EQ(Course(scenario, seed).digest(), digest) << "VICINO_SEED=" << seed;
    digests.insert(digest);
    digests.insert(Course(scenario, seed + 1000).digest());
  }
  EXPECT_EQ(digests.size(), 6u);
}

TEST(Courses, AreShownInFull) {
  const Course course(any_scenario(1), 1);
  const std::string svg = plot(course);
  EXPECT_TRUE(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
  EXPECT_NE(text_report(course).find("any: "), std::string::npos);
  EXPECT_EQ(sparkline(std::vector<double>{0, 4, 8}, 10), " ▄█");
}

}  // namespace
}  // namespace vicino::sim
