// All scenarios. To add one: write a function that returns it, and name it at the end.
#include "sim/scenario/scenario.h"

namespace vicino::sim {
namespace {

using rtc::BitRate;
constexpr auto kbps = rtc::kilobits_per_second;

// A media flow beside one like TCP's gets at least so much of the path: half of its fair share.
constexpr double not_starved = 0.25;

// 50 ms there and back, with little jitter.
PathSettings path(int64_t kilobits = 0) {
  return {.rate = static_cast<uint64_t>(kilobits) * 1000,
          .queue = milliseconds(400),
          .delay = milliseconds(24),
          .jitter = milliseconds(2)};
}
PathSettings losing(double loss, double burst = 0) {
  PathSettings made = path();
  made.loss = loss;
  made.burst = burst;
  return made;
}

// Talks and shows; looks at `sees` if that isn't "".
Person person(std::string name, std::string sees = "") {
  Person made{.name = std::move(name), .camera = camera(), .ears = 2, .up = path(), .down = path()};
  if (!sees.empty()) made.views = {{.of = std::move(sees)}};
  return made;
}
Person with_up(Person who, PathSettings up) {
  who.up = up;
  return who;
}
// Sends one picture that takes whatever the path carries.
Person filler(std::string name, PathSettings up) {
  Person made = person(std::move(name));
  made.camera = adaptive(kbps(20'000));
  made.up = up;
  return made;
}
Person listener(std::string name, std::string sees, PathSettings down) {
  Person made = person(std::move(name), std::move(sees));
  made.camera.reset();
  made.down = down;
  return made;
}

// On the wire: a voice of 32 kbit/s, and the camera's layers.
constexpr auto voice_wire = kbps(58);
constexpr auto small_wire = kbps(165), middle_wire = kbps(535), large_wire = kbps(1800);

Must use(std::string who, Side side, BitRate of, Duration from, Duration to = {}) {
  return {.figure = Figure::use,
          .who = std::move(who),
          .side = side,
          .from = from,
          .to = to,
          .of = of,
          .bound = Must::Bound::at_least,
          .limit = 0.9};
}
// Milliseconds.
Must queue(std::string who, Side side, double most, Duration from, Duration to = {}) {
  return {.figure = Figure::queue_p95,
          .who = std::move(who),
          .side = side,
          .from = from,
          .to = to,
          .limit = most};
}
Must reached(std::string who, Side side, BitRate of, double seconds_at_most, Duration from = {}) {
  return {.figure = Figure::reached_after,
          .who = std::move(who),
          .side = side,
          .from = from,
          .of = of,
          .limit = seconds_at_most};
}
Must adapted(std::string who, Side side, BitRate to, double seconds_at_most, Duration from) {
  return {.figure = Figure::adapted_after,
          .who = std::move(who),
          .side = side,
          .from = from,
          .of = to,
          .limit = seconds_at_most};
}
// A share, of what somebody sees or hears.
Must little(Figure figure, std::string who, double most, Duration from) {
  return {.figure = figure, .who = std::move(who), .side = Side::down, .from = from, .limit = most};
}

// A share, of packets that didn't fit the queue.
Must loss(std::string who, Side side, Duration from) {
  return {.figure = Figure::queue_loss,
          .who = std::move(who),
          .side = side,
          .from = from,
          .limit = 0.005};
}

// Not yet on every seed; so much is.
Must so_far(Must must, double reached) {
  must.so_far = reached;
  return must;
}

Scenario start_up() {
  return {.name = "start-up",
          .title = "a camera begins; 5 Mbit/s to the server",
          .length = seconds(10),
          .people = {with_up(person("ann"), path(5000)), listener("bob", "ann", path())},
          .musts = {reached("ann", Side::up, voice_wire + small_wire + middle_wire + large_wire, 3),
                    loss("ann", Side::up, {})},
          .shown = "ann"};
}

Scenario start_down() {
  return {.name = "start-down",
          .title = "somebody joins and looks at a camera; 5 Mbit/s from the server",
          .length = seconds(10),
          .people = {person("ann"), listener("bob", "ann", path(5000))},
          .musts = {reached("bob", Side::down, voice_wire + large_wire, 3),
                    loss("bob", Side::down, {})},
          .shown = "bob",
          .side = Side::down};
}

Scenario drop_up() {
  constexpr Duration drop = seconds(15), rise = seconds(35);
  return {.name = "drop-up",
          .title = "3, then 1, then 3 Mbit/s to the server",
          .length = seconds(50),
          .people = {filler("ann", path(3000)), listener("bob", "ann", path())},
          .changes = {{drop, "ann", NewPath{Side::up, path(1000)}},
                      {rise, "ann", NewPath{Side::up, path(3000)}}},
          .musts = {adapted("ann", Side::up, kbps(1000), 1, drop),
                    so_far(queue("ann", Side::up, 150, drop, rise), 250),
                    so_far(reached("ann", Side::up, kbps(3000), 5, rise), 8)},
          .shown = "ann"};
}

Scenario drop_down() {
  constexpr Duration drop = seconds(15), rise = seconds(35);
  return {
      .name = "drop-down",
      .title = "3, then 1, then 3 Mbit/s from the server",
      .length = seconds(50),
      .people = {person("ann"), listener("bob", "ann", path(3000))},
      .changes = {{drop, "bob", NewPath{Side::down, path(1000)}},
                  {rise, "bob", NewPath{Side::down, path(3000)}}},
      .musts = {adapted("bob", Side::down, kbps(1000), 1, drop),
                so_far(queue("bob", Side::down, 150, drop, rise), 400),
                so_far(use("bob", Side::down, voice_wire + middle_wire, drop + seconds(8), rise),
                       0.6),
                so_far(reached("bob", Side::down, voice_wire + large_wire, 5, rise), 14)},
      .shown = "bob",
      .side = Side::down};
}

Scenario steady_up(std::string name, int64_t kilobits) {
  constexpr Duration settled = seconds(10);
  return {
      .name = "steady-up-" + std::move(name),
      .title = "one picture fills a steady path to the server",
      .length = seconds(40),
      .people = {filler("ann", path(kilobits)), listener("bob", "ann", path())},
      .musts = {so_far(use("ann", Side::up, kbps(kilobits), settled), 0.85),
                so_far(queue("ann", Side::up, 60, settled), 70), loss("ann", Side::up, settled)},
      .shown = "ann"};
}

// `best`: what the best choice of layers takes that fits.
Scenario steady_down(std::string name, int64_t kilobits, BitRate best) {
  constexpr Duration settled = seconds(10);
  return {.name = "steady-down-" + std::move(name),
          .title = "a camera's layers over a steady path from the server",
          .length = seconds(40),
          .people = {person("ann"), listener("bob", "ann", path(kilobits))},
          .musts = {so_far(use("bob", Side::down, best, settled), 0.5),
                    so_far(queue("bob", Side::down, 60, settled), 400),
                    so_far(loss("bob", Side::down, settled), 0.06)},
          .shown = "bob",
          .side = Side::down};
}

// What a lossy network, both its ways, does to somebody who speaks or to somebody who listens.
Scenario lossy(std::string name, std::string title, PathSettings way, bool speaker) {
  constexpr Duration settled = seconds(5);
  Person ann = person("ann");
  Person bob = listener("bob", "ann", path());
  ann.voice->copies = 1;  // Opus' own
  (speaker ? ann : bob).up = (speaker ? ann : bob).down = way;
  Scenario made{.name = "loss-" + std::move(name),
                .title = std::move(title),
                .length = seconds(45),
                .people = {ann, bob},
                .musts = {so_far(little(Figure::frozen, "bob", 0.01, settled), 0.16)},
                .shown = speaker ? "ann" : "bob",
                .side = speaker ? Side::up : Side::down};
  // Bursts are longer than what a packet repeats.
  if (way.burst == 0)
    made.musts.push_back(so_far(little(Figure::audio_gaps, "bob", 0.005, settled), 0.008));
  return made;
}

Scenario narrow() {
  constexpr Duration settled = seconds(15);
  Person ann = person("ann");
  ann.voice->rate = kbps(24);
  return {.name = "narrow",
          .title = "64 kbit/s from the server: the voice has to fit",
          .length = seconds(60),
          .people = {ann, listener("bob", "ann", path(64))},
          .musts = {so_far(little(Figure::audio_gaps, "bob", 0.002, settled), 0.01),
                    so_far(little(Figure::video, "bob", 1, settled), 3),
                    {.figure = Figure::held_back,
                     .who = "bob",
                     .side = Side::down,
                     .from = settled,
                     .other = "ann",
                     .bound = Must::Bound::at_least,
                     .limit = 0.9}},
          .shown = "bob",
          .side = Side::down};
}

Must fair(std::string who, std::string other, Side side) {
  return {.figure = Figure::unfair,
          .who = std::move(who),
          .side = side,
          .from = seconds(40),
          .other = std::move(other),
          .limit = 1.5};
}

Scenario two_up() {
  Person cat = filler("cat", path());
  cat.up_with = "ann";
  Person bob = listener("bob", "ann", path());
  bob.views.push_back({.of = "cat"});
  return {.name = "two-up",
          .title = "two cameras through one uplink of 2 Mbit/s",
          .length = seconds(100),
          .people = {filler("ann", path(2000)), cat, bob},
          .musts = {so_far(fair("ann", "cat", Side::up), 2.5),
                    so_far(queue("ann", Side::up, 150, seconds(40)), 200)},
          .shown = "ann"};
}

Scenario two_down() {
  Person cat = listener("cat", "ann", path());
  cat.down_with = "bob";
  return {.name = "two-down",
          .title = "two people look at one camera through one downlink of 2 Mbit/s",
          .length = seconds(100),
          .people = {person("ann"), listener("bob", "ann", path(2000)), cat},
          .musts = {so_far(fair("bob", "cat", Side::down), 2),
                    so_far(queue("bob", Side::down, 150, seconds(40)), 350)},
          .shown = "bob",
          .side = Side::down};
}

Scenario competitor(std::string name, Side side) {
  const bool up = side == Side::up;
  return {.name = "tcp-" + std::move(name),
          .title = "a flow like TCP's through the same 3 Mbit/s",
          .length = seconds(60),
          .people = {up ? filler("ann", path(3000)) : person("ann"),
                     listener("bob", "ann", up ? path() : path(3000))},
          .changes = {{seconds(10), up ? "ann" : "bob", Competitor{side}}},
          .musts = {{.figure = Figure::share,
                     .who = up ? "ann" : "bob",
                     .side = side,
                     .from = seconds(20),
                     .bound = Must::Bound::at_least,
                     .limit = not_starved,
                     .so_far = up ? not_starved : 0.08}},
          .shown = up ? "ann" : "bob",
          .side = side};
}

Scenario interrupted(std::string name, std::string title, Change change, Duration back) {
  return {.name = std::move(name),
          .title = std::move(title),
          .length = back + seconds(10),
          .people = {person("ann"), listener("bob", "ann", path())},
          .changes = {std::move(change)},
          .musts = {little(Figure::back_after, "bob", 2, back)},
          .shown = "bob",
          .side = Side::down};
}

Scenario outage() {
  return interrupted("outage", "a listener's network is away for 30 s",
                     {seconds(10), "bob", Outage{seconds(30)}}, seconds(40));
}

Scenario roaming() {
  Scenario made = interrupted("roaming", "a listener's address changes",
                              {seconds(10), "bob", NewAddress{}}, seconds(10));
  made.musts.push_back(little(Figure::attempts, "bob", 1, {}));
  return made;
}

Scenario twenty() {
  constexpr Duration settled = seconds(10);
  Scenario made{.name = "twenty",
                .title = "20 in a call, 2 Mbit/s from the server to one of them",
                .length = seconds(40),
                .people = {},
                .musts = {{.figure = Figure::height,
                           .who = "bob",
                           .side = Side::down,
                           .from = settled,
                           .other = "p1",
                           .bound = Must::Bound::at_least,
                           .limit = 360},
                          little(Figure::switches, "bob", 0.999, settled),
                          so_far(queue("bob", Side::down, 100, settled), 390)},
                .shown = "bob",
                .side = Side::down};
  Person bob = listener("bob", "", path(2000));
  for (int i = 1; i < 20; ++i) {
    const std::string name = "p" + std::to_string(i);
    // One speaks; the others' cameras have little uplink.
    Person other = with_up(person(name), i == 1 ? path() : path(900));
    other.ears = 0;
    if (i > 1) other.voice->level = 90;
    made.people.push_back(other);
    bob.views.push_back(i == 1 ? View{name, 1280, 720, true} : View{name, 320, 180});
  }
  made.people.push_back(bob);
  return made;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = {
      start_up(),
      start_down(),
      drop_up(),
      drop_down(),
      steady_up("300k", 300),
      steady_up("1m", 1000),
      steady_up("3m", 3000),
      steady_up("10m", 10'000),
      steady_down("300k", 300, voice_wire + small_wire),
      steady_down("1m", 1000, voice_wire + middle_wire),
      steady_down("3m", 3000, voice_wire + large_wire),
      steady_down("10m", 10'000, voice_wire + large_wire),
      lossy("1", "a listener loses 1 % at random", losing(0.01), false),
      lossy("5", "a listener loses 5 % at random", losing(0.05), false),
      lossy("10", "a listener loses 10 % at random", losing(0.1), false),
      lossy("bursts", "a listener loses 3 % in bursts of five", losing(0.03, 5), false),
      lossy("5-up", "a speaker loses 5 % at random", losing(0.05), true),
      narrow(),
      two_up(),
      two_down(),
      competitor("up", Side::up),
      competitor("down", Side::down),
      outage(),
      roaming(),
      twenty(),
  };
  return all;
}

}  // namespace vicino::sim
