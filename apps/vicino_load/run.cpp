#include "run.h"

#include <chrono>
#include <thread>

#include "joiner.h"
#include "net/clock.h"
#include "report.h"
#include "rtc/srtp_cipher.h"

namespace vicino::load {
namespace {

constexpr std::string_view loopback_range = "127.1.0.0/16";
constexpr auto look = std::chrono::milliseconds(50);        // between two looks at the engine
constexpr auto under_way = std::chrono::milliseconds(500);  // for what was sent last to arrive

// A load lasts as long as its user says: time is what passes here, and nothing is waited for.
void sleep_for(double s) {
  std::this_thread::sleep_for(std::chrono::duration<double>(s));
}

// On loopback all of 127.0.0.0/8 is this machine's; elsewhere its own address.
Outcome<AddressRange> range_for(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  const std::string host(url.substr(0, url.find_first_of(":/")));
  if (host.starts_with("127.") || host == "localhost") return AddressRange::parse(loopback_range);
  return AddressRange::towards(host);
}

Outcome<std::unique_ptr<Target>> target_of(const Settings& settings) {
  if (settings.target == "vicino") return make_vicino_target(settings.server);
  if (settings.target == "janus") return make_janus_target(settings.server);
  return std::unexpected("there is no target \"" + settings.target + "\": vicino or janus");
}

class Run {
 public:
  Run(const Settings& settings, const std::function<void(const std::string&)>& print)
      : settings_(settings), print_(print), plan_(plan_of(settings)) {}

  Outcome<void> prepare();
  Outcome<void> join();
  Outcome<void> measure();
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  Outcome<void> until(const char* what, size_t wanted, size_t Tally::*count);
  Tally now() {
    return engine_->ask([this] { return tally(*engine_); });
  }
  Usage usage() const;
  void disturb(std::stop_token over);
  void watch_for(double seconds, const Usage& start);

  const Settings& settings_;
  const std::function<void(const std::string&)>& print_;
  Plan plan_;
  std::unique_ptr<rtc::DtlsIdentity> identity_;
  std::unique_ptr<Target> target_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Joiner> joiner_;
  Usage before_;  // anybody joined
};

Outcome<void> Run::prepare() {
  if (settings_.server_pid != 0 && !process_use(settings_.server_pid)) {
    return std::unexpected("--server-pid: there is no process " +
                           std::to_string(settings_.server_pid));
  }
  auto target = target_of(settings_);
  if (!target) return std::unexpected(target.error());
  target_ = std::move(*target);
  const auto range = settings_.local.empty() ? range_for(settings_.server.url)
                                             : AddressRange::parse(settings_.local);
  if (!range) return std::unexpected(range.error());
  // Each has a receive buffer of its own, and costs a system call when something is in it.
  const size_t sockets = settings_.sockets > 0 ? settings_.sockets : plan_.peers() / 200 + 1;
  auto ports = Ports::open(*range, plan_.peers(), sockets, settings_.trains);
  if (!ports) return std::unexpected(ports.error());
  constexpr std::array gcm = {rtc::SrtpProfile::aead_aes_128_gcm};
  // In the order of browsers, whose servers mostly take the first one.
  constexpr std::array all = {rtc::SrtpProfile::aes128_cm_hmac_sha1_80,
                              rtc::SrtpProfile::aead_aes_128_gcm,
                              rtc::SrtpProfile::aead_aes_256_gcm};
  auto identity =
      settings_.default_profiles ? rtc::DtlsIdentity::create(all) : rtc::DtlsIdentity::create(gcm);
  if (!identity) return std::unexpected(std::string(identity.error().where));
  identity_ = std::move(*identity);
  before_ = usage();
  engine_ = std::make_unique<Engine>(std::move(*ports), plan_.peers(), plan_.directory, *identity_,
                                     microseconds(settings_.poll_us));
  joiner_ =
      std::make_unique<Joiner>(settings_, plan_, *target_, *engine_, identity_->fingerprint());
  for (const std::string& room : plan_.rooms) {
    if (const auto made = target_->make_room(room, settings_.publishers); !made) return made;
  }
  return {};
}

// Waits until `wanted` peers are that far.
Outcome<void> Run::until(const char* what, size_t wanted, size_t Tally::*count) {
  const auto deadline = Clock::now() + std::chrono::seconds(settings_.join_timeout);
  for (;;) {
    const size_t there = now().*count;
    if (there >= wanted) return {};
    if (joiner_->failed() > 0) return std::unexpected(joiner_->first_failure());
    if (Clock::now() >= deadline) {
      return std::unexpected(
          "Only " + std::to_string(there) + " of " + std::to_string(wanted) + " " + what +
          " within " + std::to_string(settings_.join_timeout) +
          " s. Is the server's UDP port reachable from here, at the address it announces?");
    }
    std::this_thread::sleep_for(look);  // the engine counts and wakes nobody, or it would cost CPU
  }
}

Outcome<void> Run::join() {
  joiner_->join_publishers(0);
  if (auto there = until("publishers connected", plan_.publishers.size(), &Tally::publishers);
      !there)
    return there;
  joiner_->join_subscribers(plan_.subscribers, plan_.publishers.size());
  return until("subscribers got media", plan_.subscribers.size(), &Tally::with_media);
}

Usage Run::usage() const {
  const auto server = settings_.server_pid == 0 ? std::nullopt : process_use(settings_.server_pid);
  return {static_cast<double>(net::now().us) / 1e6, own_cpu_seconds(), server};
}

void Run::watch_for(double duration, const Usage& start) {
  const double end = start.at + duration;
  for (;;) {
    const double left = end - static_cast<double>(net::now().us) / 1e6;
    if (left <= 0) return;
    sleep_for(settings_.interval > 0 ? std::min(settings_.interval, left) : left);
    if (settings_.interval > 0) print_(interval_line(now(), start, usage()));
  }
}

// Others join while it is measured, and if so wanted leave and join again until the end.
void Run::disturb(std::stop_token over) {
  const size_t first = plan_.publishers.size() + plan_.subscribers.size();
  joiner_->join_subscribers(plan_.storm, first);
  while (settings_.churn && !over.stop_requested()) {
    joiner_->leave(first);
    joiner_->join_subscribers(plan_.storm, first);
  }
}

Outcome<void> Run::measure() {
  sleep_for(settings_.warmup);
  const Usage start = usage();
  engine_->ask([this] { engine_->measure(true); });
  {
    std::jthread storm;
    if (!plan_.storm.empty())
      storm = std::jthread([this](std::stop_token over) { disturb(std::move(over)); });
    watch_for(settings_.duration, start);
  }
  engine_->ask([this] { engine_->measure(false); });
  const Usage end = usage();
  std::this_thread::sleep_for(under_way);  // what is lost never comes: only time can tell
  print_(result_line(settings_, plan_, now(), before_, start, end,
                     {joiner_->signalling(), joiner_->failed()}));
  if (joiner_->failed() > 0) return std::unexpected(joiner_->first_failure());
  return {};
}

void Run::finish() {
  if (joiner_) joiner_->leave(0);
}

}  // namespace

Outcome<void> run(const Settings& settings, const std::function<void(const std::string&)>& print) {
  Run run(settings, print);
  auto done = run.prepare();
  if (done) done = run.join();
  if (done) done = run.measure();
  run.finish();
  return done;
}

}  // namespace vicino::load
