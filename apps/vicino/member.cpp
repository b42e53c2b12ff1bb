#include "member.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "base/encoding.h"
#include "net/clock.h"

namespace vicino::cli {
namespace {

sframe::Codec to_sframe(rtc::Codec codec) {
  switch (codec) {
    case rtc::Codec::opus:
      return sframe::Codec::opus;
    case rtc::Codec::vp8:
      return sframe::Codec::vp8;
    case rtc::Codec::vp9:
      return sframe::Codec::vp9;
    case rtc::Codec::av1:
      return sframe::Codec::av1;
    case rtc::Codec::h264:
      return sframe::Codec::h264;
  }
  CHECK(false);
}

const char* file_word(core::Source source) {
  constexpr const char* words[] = {"microphone", "camera", "screen", "screen-audio"};
  return words[static_cast<size_t>(source)];
}

std::string sender_text(SenderId sender) {
  std::array<uint8_t, 8> bytes;
  store64(bytes.data(), sender.value);
  return to_hex(bytes);
}

core::CallOptions call_options(const MemberOptions& options) {
  core::CallOptions call;
  call.video_slots = options.media.video_slots;
  call.audio_slots = options.media.audio_slots;
  return call;
}

std::optional<Buffer> read_memory(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return Buffer(std::istreambuf_iterator<char>(file), {});
}

// For this user's eyes only. The old one stays until the new one is whole.
bool write_memory(const std::string& path, Bytes memory) {
  const std::string fresh = path + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const bool written =
      ::write(file, memory.data(), memory.size()) == static_cast<ssize_t>(memory.size());
  return ::close(file) == 0 && written && std::rename(fresh.c_str(), path.c_str()) == 0;
}

// What a participant without a screen asks for: a picture of this size.
constexpr uint16_t wanted_width = 640, wanted_height = 360;
constexpr size_t kept_lines = 50;  // of chat, and of what hosts asked

template <class T>
void keep(std::vector<T>& lines, T line) {
  if (lines.size() == kept_lines) lines.erase(lines.begin());
  lines.push_back(std::move(line));
}

}  // namespace

Member::Member(boost::asio::io_context& io, const rtc::DtlsIdentity& identity,
               MemberOptions options)
    : io_(io),
      identity_(identity),
      options_(std::move(options)),
      call_(random_, call_options(options_)),
      timer_(io),
      recording_(options_.record),
      sealed_(options_.record_sealed),
      state_{options_.media.microphone != nullptr, options_.media.camera != nullptr, false, false} {
}

Member::~Member() {
  if (socket_) socket_->close();
}

void Member::start() {
  core::CallStart start{options_.link, options_.name, options_.color, !options_.guest,
                        std::nullopt};
  if (!options_.identity_file.empty()) start.memory = read_memory(options_.identity_file);
  call_.open(net::now(), net::wall_time(), std::move(start));
  carry_out();
}

void Member::leave() {
  call_.leave();
  carry_out();
}

Member::Stats Member::stats() const {
  Stats stats;
  stats.call = call_.stats();
  stats.roster = roster_;
  stats.room = room_;
  stats.code = code_;
  stats.watched = watched_;
  stats.poor_uplinks = poor_uplinks_;
  stats.waiting = waiting_;
  stats.chat = chat_;
  stats.asked = asked_;
  stats.sending_epoch = frames_.sending_epoch();
  if (media_) {
    stats.frames_sent = media_->counts().frames_sent;
    stats.packets_received = media_->counts().packets_received;
    stats.media_connected = media_->connected();
  }
  stats.frames_without_key = frames_without_key_;
  stats.frames_refused = frames_refused_;
  stats.reconnects = reconnects_;
  stats.ice_restarts = ice_restarts_;
  stats.received = received_;
  return stats;
}

std::optional<std::string> Member::name_of(SenderId sender) const {
  const auto found = std::ranges::find(roster_.others, sender, &core::PersonView::sender);
  return found == roster_.others.end() ? std::nullopt : std::optional(found->name);
}

// Carrying out one output may lead to more; the outermost call works through all of them in order.
void Member::carry_out() {
  if (carrying_out_) return;
  carrying_out_ = true;
  for (auto outputs = call_.take_outputs(); !outputs.empty(); outputs = call_.take_outputs()) {
    for (core::Output& output : outputs) std::visit([this](auto& o) { carry_out(o); }, output);
  }
  carrying_out_ = false;
  wait_for_deadline();
}

void Member::wait_for_deadline() {
  const Instant next = call_.next_timeout();
  if (next == Instant::never()) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::microseconds(std::max<int64_t>((next - net::now()).us, 0)));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    call_.handle_timeout(net::now());
    carry_out();
  });
}

void Member::carry_out(core::Connect& connect) {
  if (socket_) socket_->close();
  const auto server = ServerUrl::parse("http" + connect.url.substr(2));
  CHECK(server.has_value());  // the core made it from a link it has checked
  WebSocket::Handlers handlers;
  handlers.opened = [this] {
    call_.socket_opened(net::now());
    carry_out();
  };
  handlers.message = [this](Bytes message) {
    call_.socket_message(net::now(), message);
    carry_out();
  };
  handlers.closed = [this](std::string) {
    call_.socket_closed(net::now());
    carry_out();
  };
  socket_ = WebSocket::connect(io_, *server, std::move(handlers));
}

void Member::carry_out(core::Send& send) {
  if (socket_) socket_->send(std::move(send.message));
}

void Member::carry_out(core::Disconnect&) {
  if (socket_) socket_->close();
  socket_.reset();
}

void Member::carry_out(core::NeedOffer&) {
  MediaSession::Handlers handlers;
  handlers.seal = [this](core::Source source, rtc::Codec codec, bool key_frame, Bytes frame) {
    return seal(source, codec, key_frame, frame);
  };
  handlers.received = [this](const std::string& mid, const IncomingSlot::Frame& frame) {
    return open_frame(mid, frame);
  };
  handlers.silent = [this](const rtc::IceCredentials& fresh) {
    call_.restart_ice(net::now(), {fresh.ufrag, fresh.pwd});
    carry_out();
  };
  handlers.lost = [this] {
    call_.restart(net::now());
    carry_out();
  };
  media_ =
      std::make_unique<MediaSession>(io_, random_, identity_, options_.media, std::move(handlers));
  call_.join(net::now(), media_->offer(), media_->tracks(), state_);
}

void Member::carry_out(core::AnswerReady& answer) {
  watched_.reset();
  if (!media_->start(answer.sdp)) call_.restart(net::now());
}

void Member::carry_out(core::IceRestarted& restarted) {
  if (restarted.ufrag.empty()) return call_.restart(net::now());
  ++ice_restarts_;
  media_->restarted({std::move(restarted.ufrag), std::move(restarted.pwd)});
}

void Member::carry_out(core::PhaseChanged& phase) {
  phase_ = phase.phase;
  was_in_call_ |= in_call();
  if (phase_ == core::Phase::reconnecting && phase.attempt == 1) ++reconnects_;
}

void Member::carry_out(core::RosterChanged& roster) {
  roster_ = std::move(roster.view);
  watch_cameras();
  enter();
  act_as_host();
  if (options_.say.empty() || said_ || !in_call() || roster_.others.empty()) return;
  said_ = true;
  call_.say(net::now(), options_.say);
}

void Member::watch_cameras() {
  std::vector<core::Want> wants;
  for (const core::PersonView& p : roster_.others) {
    const bool shows =
        p.sources[static_cast<size_t>(core::Source::camera)].state != core::TrackState::off;
    if (shows && wants.size() < options_.media.video_slots) {
      wants.push_back({p.number, core::Source::camera, wanted_width, wanted_height});
    }
  }
  if (wants == wants_) return;
  wants_ = wants;
  call_.watch(std::move(wants));
}

// Once per call, when it is known what the room asks of those who come.
void Member::enter() {
  if (entered_ || !in_call()) return;
  entered_ = true;
  if (!room_.settings.mute_on_entry || roster_.self.host || !state_.microphone) return;
  keep(asked_, std::string("mute on entry"));
  state_.microphone = false;
  call_.set_state(net::now(), state_);
}

void Member::act_as_host() {
  if (!roster_.self.host || !in_call()) return;
  if (options_.open_lobby && room_.settings.lobby) {
    core::RoomSettings settings = room_.settings;
    settings.lobby = false;
    call_.set_room(net::now(), settings);
  }
  if (!options_.admit) return;
  for (const core::WaitingPerson& person : waiting_) call_.admit(net::now(), person.id);
}

void Member::carry_out(core::RoomChanged& room) {
  room_ = std::move(room);
  act_as_host();
}

void Member::carry_out(core::WaitingChanged& waiting) {
  waiting_ = std::move(waiting.people);
  act_as_host();
}

void Member::carry_out(core::ChatReceived& chat) {
  keep(chat_, Chat{std::move(chat.name), std::move(chat.text), chat.own});
}
void Member::carry_out(core::ReactionReceived&) {}

// A participant without a user does what a host asks for.
void Member::carry_out(core::MuteAsked& asked) {
  keep(asked_, "mute by " + asked.by);
  state_.microphone = false;
  call_.set_state(net::now(), state_);
}
void Member::carry_out(core::UnmuteAsked& asked) {
  keep(asked_, "unmute by " + asked.by);
  state_.microphone = options_.media.microphone != nullptr;
  call_.set_state(net::now(), state_);
}
void Member::carry_out(core::HandLowered& lowered) {
  keep(asked_, "hand lowered by " + lowered.by);
}

void Member::carry_out(core::CodeChanged& code) {
  code_ = std::move(code);
}

void Member::carry_out(core::WatchedChanged& watched) {
  if (media_) media_->set_watched(watched.layers);
  watched_ = std::move(watched.layers);
}
void Member::carry_out(core::UplinksChanged& uplinks) {
  poor_uplinks_ = std::move(uplinks.poor);
}

void Member::carry_out(core::Remember& remember) {
  if (options_.identity_file.empty() || write_memory(options_.identity_file, remember.memory))
    return;
  std::fprintf(stderr, "vicino: %s can't be written\n", options_.identity_file.c_str());
}

void Member::carry_out(core::FrameKeysChanged& keys) {
  const auto change = core::decode_frame_key_change(keys.change);
  CHECK(change.has_value());  // the core wrote it
  if (!frames_.apply(*change))
    std::fprintf(stderr, "vicino: %s: frame keys out of order\n", options_.name.c_str());
  wipe(keys.change);
}

void Member::carry_out(core::Ended& ended) {
  ended_ = std::move(ended);
  media_.reset();
}

Result<Buffer> Member::seal(core::Source source, rtc::Codec codec, bool key_frame, Bytes frame) {
  if (source == core::Source::microphone && !state_.microphone)
    return fail(Errc::bad_state, "muted");
  return frames_.seal(source, 0, to_sframe(codec), key_frame, frame);
}

bool Member::open_frame(const std::string& mid, const IncomingSlot::Frame& frame) {
  sealed_.add("slot" + mid, frame.codec, frame.frame.data, frame.frame.timestamp);
  const auto opened = frames_.open(to_sframe(frame.codec), frame.frame.data);
  if (!opened) {
    const bool no_key = opened.error().code == Errc::unknown_key;
    ++(no_key ? frames_without_key_ : frames_refused_);
    frames_.slots().failed(mid, opened.error().code);
    report_slots();
    return false;
  }
  const core::Source source = sframe::source_of(opened->stream);
  frames_.slots().opened(mid, opened->sender, source);
  Received& received = received_[{opened->sender, source}];
  ++received.frames;
  received.bytes += opened->plaintext.size();
  recording_.add(sender_text(opened->sender) + "-" + file_word(source), frame.codec,
                 opened->plaintext, frame.frame.timestamp);
  report_slots();
  return true;
}

void Member::report_slots() {
  const auto reports = frames_.slots().take_reports();
  if (!reports) return;
  (void)call_.frames_reported(encode(*reports));
  carry_out();
}

}  // namespace vicino::cli
