#include "join.h"

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "net/clock.h"
#include "stats.h"

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
    case core::EndReason::nobody_answered:
      return "nobody let this client in; try again, or ask whoever sent the link";
    case core::EndReason::dropped:
      return "the server took this client out of the call; no host did";
    case core::EndReason::too_many_requests:
      return "too many requests; wait a minute";
    case core::EndReason::internal:
      return "the server refused a message of this client, which is a bug in one of them";
    case core::EndReason::not_admitted:
      return "a host of the call turned it away";
    case core::EndReason::removed:
      return "a host of the call removed it";
    case core::EndReason::link_revoked:
      return "this link was replaced by a newer one; ask for that";
    case core::EndReason::room_locked:
      return "the room is locked; nobody new gets in";
    case core::EndReason::lobby_full:
      return "too many are waiting to be let in; try again later";
    case core::EndReason::tampered:
      return "the server shows a call that breaks the rules of encryption; nothing was sent to it";
  }
  CHECK(false);
}

constexpr auto good_bye_time = std::chrono::milliseconds(300);
constexpr size_t max_command = 16 * 1024;  // bytes of a line

class Party {
 public:
  Party(const JoinOptions& options) : options_(options), timer_(io_), signals_(io_, SIGINT, SIGTERM), input_(io_) {}

  int run();

 private:
  // False, with a line on standard error: a file or option can't be used.
  bool prepare();
  void start_members();
  void tick();
  void print_stats();
  void read_commands();
  void carry_out(std::string_view command);
  bool everybody_ended() const;
  int result() const;
  double elapsed() const { return static_cast<double>((net::now() - start_).us) / 1e6; }

  const JoinOptions& options_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::signal_set signals_;
  asio::posix::stream_descriptor input_;
  std::string line_;
  std::unique_ptr<rtc::DtlsIdentity> identity_;
  std::optional<MediaClip> camera_, microphone_;
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
    member.color = static_cast<uint8_t>(options_.color);
    member.guest = options_.guest;
    if (!options_.identity_file.empty()) member.identity_file = options_.identity_file + suffix;
    member.admit = options_.admit;
    member.open_lobby = options_.open_lobby;
    member.say = options_.say;
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
  if (options_.commands) {
    input_.assign(::dup(STDIN_FILENO));
    read_commands();
  }
  tick();
  io_.run();
  return result();
}

void Party::read_commands() {
  asio::async_read_until(input_, asio::dynamic_buffer(line_, max_command), '\n',
                         [this](boost::system::error_code error, size_t size) {
                           if (error) return;  // the end of the input is not the end of the call
                           carry_out(std::string_view(line_).substr(0, size - 1));
                           line_.erase(0, size);
                           read_commands();
                         });
}

void Party::carry_out(std::string_view command) {
  for (auto& member : members_) {
    const auto done = member->command(command);
    if (!done) std::fprintf(stderr, "vicino: %s: %s\n", member->name().c_str(), done.error().c_str());
  }
}

void Party::tick() {
  const bool time_up = options_.seconds > 0 && elapsed() >= options_.seconds;
  if (options_.stats) print_stats();
  if (leaving_ || time_up || everybody_ended()) {
    for (auto& member : members_) member->leave();
    signals_.cancel();
    if (input_.is_open()) input_.close();
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
  for (const auto& member : members_) std::printf("%s\n", stats_line(*member, elapsed()).c_str());
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
      const bool waited = member->phase() == core::Phase::waiting;
      std::fprintf(stderr, "vicino: %s: %s\n", member->name().c_str(),
                   waited ? "nobody let it in" : "the server didn't answer");
      code = 1;
    }
  }
  return code;
}

}  // namespace

int join_call(const JoinOptions& options) {
  return Party(options).run();
}

}  // namespace vicino::cli
