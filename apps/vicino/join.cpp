#include "join.h"

#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "member.h"
#include "net/clock.h"

namespace vicino::cli {
namespace asio = boost::asio;

namespace {

const char* reason_text(core::EndReason reason) {
  switch (reason) {
    case core::EndReason::left:
      return "left";
    case core::EndReason::link_incomplete:
      return "the link is incomplete; copy all of it, with the part behind #";
    case core::EndReason::wrong_link:
      return "the link's secret is not this room's; ask for the link again";
    case core::EndReason::room_full:
      return "the room is full; try again when somebody has left";
    case core::EndReason::server_full:
      return "the server is full; try again later";
    case core::EndReason::wrong_version:
      return "the server speaks another version of the protocol; update this program";
    case core::EndReason::open_room:
      return "this is an open room without encryption; it can be used by WHIP and WHEP only";
    case core::EndReason::rooms_closed:
      return "this server makes no rooms on request; ask its operator for a link";
    case core::EndReason::replaced:
      return "another connection took over this stay";
    case core::EndReason::bad_offer:
      return "the server could not answer this client's offer";
    case core::EndReason::too_many_requests:
      return "too many requests; wait a minute";
    case core::EndReason::internal:
      return "the server refused a message of this client, which is a bug in one of them";
  }
  CHECK(false);
}

const char* json_source(core::Source source) {
  constexpr const char* words[] = {"microphone", "camera", "screen", "screenAudio"};
  return words[static_cast<size_t>(source)];
}

std::string hex_id(SenderId sender) {
  std::array<uint8_t, 8> bytes;
  store64(bytes.data(), sender.value);
  return to_hex(bytes);
}

nlohmann::json to_json(const Member& member, double at) {
  const Member::Stats stats = member.stats();
  nlohmann::json received = nlohmann::json::array();
  for (const auto& [from, counts] : stats.received) {
    nlohmann::json one = {{"sender", hex_id(from.first)},
                          {"source", json_source(from.second)},
                          {"frames", counts.frames},
                          {"bytes", counts.bytes}};
    if (const auto name = member.name_of(from.first)) one["name"] = *name;
    received.push_back(std::move(one));
  }
  return {{"at", at},
          {"name", member.name()},
          {"inCall", member.in_call()},
          {"mediaConnected", stats.media_connected},
          {"others", stats.participants},
          {"framesSent", stats.frames_sent},
          {"packetsReceived", stats.packets_received},
          {"framesUndecryptable", stats.frames_undecryptable},
          {"reconnects", stats.reconnects},
          {"received", std::move(received)}};
}

constexpr auto good_bye_time = std::chrono::milliseconds(300);

class Party {
 public:
  Party(const JoinOptions& options) : options_(options), timer_(io_), signals_(io_, SIGINT, SIGTERM) {}

  int run();

 private:
  // False, with a line on standard error: a file or option can't be used.
  bool prepare();
  void start_members();
  void tick();
  void print_stats();
  bool everybody_ended() const;
  int result() const;
  double elapsed() const { return static_cast<double>((net::now() - start_).us) / 1e6; }

  const JoinOptions& options_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::signal_set signals_;
  std::unique_ptr<rtc::DtlsIdentity> identity_;
  std::optional<MediaClip> camera_, microphone_;
  std::optional<core::LinkSecret> media_secret_;
  std::vector<std::unique_ptr<Member>> members_;
  Instant start_ = net::now();
  bool leaving_ = false;
};

template <class Clip>
bool load(const std::string& path, FileResult<MediaClip> (*read)(const std::filesystem::path&), Clip& clip) {
  if (path.empty()) return true;
  auto loaded = read(path);
  if (!loaded) {
    std::fprintf(stderr, "vicino: %s\n", loaded.error().c_str());
    return false;
  }
  clip = std::move(*loaded);
  return true;
}

bool Party::prepare() {
  if (const auto link = core::Link::parse(options_.link); !link) {
    std::fprintf(stderr, "vicino: this is not a call's link: %s\n", link.error().where);
    return false;
  }
  if (!load(options_.video_file, read_ivf, camera_) || !load(options_.audio_file, read_opus, microphone_)) return false;
  if (!options_.media_secret.empty()) {
    const auto bytes = from_base64url(options_.media_secret);
    if (!bytes || bytes->size() != core::LinkSecret::size_bytes) {
      std::fprintf(stderr, "vicino: --media-secret must be 22 characters, as behind # in a link\n");
      return false;
    }
    media_secret_.emplace(*bytes);
  }
  auto identity = rtc::DtlsIdentity::create();
  if (!identity) {
    std::fprintf(stderr, "vicino: no DTLS certificate: %s\n", identity.error().where);
    return false;
  }
  identity_ = std::move(*identity);
  return true;
}

void Party::start_members() {
  for (size_t i = 0; i < options_.participants; ++i) {
    const bool many = options_.participants > 1;
    const std::string suffix = many ? "-" + std::to_string(i + 1) : "";
    MemberOptions member;
    member.link = options_.link;
    member.name = options_.name + (many ? " " + std::to_string(i + 1) : "");
    if (!options_.record.empty()) member.record = options_.record + suffix;
    if (!options_.record_sealed.empty()) member.record_sealed = options_.record_sealed + suffix;
    member.media_secret = media_secret_ ? &*media_secret_ : nullptr;
    member.media = {camera_ ? &*camera_ : nullptr, microphone_ ? &*microphone_ : nullptr, options_.video_slots,
                    options_.audio_slots};
    members_.push_back(std::make_unique<Member>(io_, *identity_, std::move(member)));
    members_.back()->start();
  }
}

int Party::run() {
  if (!prepare()) return 2;
  start_members();
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (!error) leaving_ = true;
    timer_.cancel();
  });
  tick();
  io_.run();
  return result();
}

void Party::tick() {
  const bool time_up = options_.seconds > 0 && elapsed() >= options_.seconds;
  if (options_.stats) print_stats();
  if (leaving_ || time_up || everybody_ended()) {
    for (auto& member : members_) member->leave();
    signals_.cancel();
    // The loop ends when the good-byes are out, or with this.
    timer_.expires_after(good_bye_time);
    timer_.async_wait([this](boost::system::error_code) { io_.stop(); });
    return;
  }
  double wait = 1;
  if (options_.seconds > 0) wait = std::clamp(options_.seconds - elapsed(), 0.001, wait);
  timer_.expires_after(std::chrono::microseconds(static_cast<int64_t>(wait * 1e6)));
  timer_.async_wait([this](boost::system::error_code) { tick(); });
}

void Party::print_stats() {
  for (const auto& member : members_) std::printf("%s\n", to_json(*member, elapsed()).dump().c_str());
  std::fflush(stdout);
}

bool Party::everybody_ended() const {
  return std::ranges::all_of(members_, [](const auto& m) { return m->ended().has_value(); });
}

int Party::result() const {
  int code = 0;
  for (const auto& member : members_) {
    const auto& ended = member->ended();
    if (ended && ended->reason != core::EndReason::left) {
      const char* separator = ended->detail.empty() ? "" : ": ";
      std::fprintf(stderr, "vicino: %s: %s%s%s\n", member->name().c_str(), reason_text(ended->reason), separator,
                   ended->detail.c_str());
      code = 1;
    } else if (!member->was_in_call()) {
      std::fprintf(stderr, "vicino: %s: the server didn't answer\n", member->name().c_str());
      code = 1;
    }
  }
  return code;
}

}  // namespace

int join_call(const JoinOptions& options) { return Party(options).run(); }

}  // namespace vicino::cli
