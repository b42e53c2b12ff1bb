#include "member.h"

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
  call.media_secret = options.media_secret;
  return call;
}

// What a participant without a screen asks for: a picture of this size.
constexpr uint16_t wanted_width = 640, wanted_height = 360;

}  // namespace

Member::Member(boost::asio::io_context& io, const rtc::DtlsIdentity& identity, MemberOptions options)
    : io_(io),
      identity_(identity),
      options_(std::move(options)),
      call_(random_, call_options(options_)),
      timer_(io),
      recording_(options_.record),
      sealed_(options_.record_sealed) {}

Member::~Member() {
  if (socket_) socket_->close();
}

void Member::start() {
  call_.open(net::now(), options_.link);
  carry_out();
}

void Member::leave() {
  call_.leave();
  carry_out();
}

Member::Stats Member::stats() const {
  Stats stats;
  stats.participants = roster_.size();
  if (media_) {
    stats.frames_sent = media_->counts().frames_sent;
    stats.packets_received = media_->counts().packets_received;
    stats.media_connected = media_->connected();
  }
  stats.frames_undecryptable = undecryptable_;
  stats.reconnects = reconnects_;
  stats.received = received_;
  return stats;
}

std::optional<std::string> Member::name_of(SenderId sender) const {
  const auto found = std::ranges::find(roster_, sender, &core::ParticipantView::sender);
  return found == roster_.end() ? std::nullopt : found->name;
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
    in_call_ = false;
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
    return call_.frames()->seal(source, 0, to_sframe(codec), key_frame, frame);
  };
  handlers.received = [this](const std::string& mid, const IncomingSlot::Frame& frame) {
    return open_frame(mid, frame);
  };
  handlers.lost = [this] {
    call_.restart(net::now());
    carry_out();
  };
  media_ = std::make_unique<MediaSession>(io_, random_, identity_, options_.media, std::move(handlers));
  core::OwnState state{options_.name, options_.media.microphone != nullptr, options_.media.camera != nullptr, false,
                       false};
  call_.join(net::now(), media_->offer(), media_->tracks(), std::move(state));
}

void Member::carry_out(core::AnswerReady& answer) {
  if (!media_->start(answer.sdp)) call_.restart(net::now());
}

void Member::carry_out(core::PhaseChanged& phase) {
  in_call_ = phase.phase == core::Phase::in_call;
  was_in_call_ |= in_call_;
  if (in_call_) wants_.clear();  // of an earlier stay, in which numbers may have meant others
  if (phase.phase == core::Phase::reconnecting && phase.attempt == 1) ++reconnects_;
}

void Member::carry_out(core::RosterChanged& roster) {
  std::erase_if(roster.participants, [&](const core::ParticipantView& p) { return p.id == roster.self; });
  roster_ = std::move(roster.participants);
  std::vector<core::Want> wants;
  for (const core::ParticipantView& p : roster_) {
    // Somebody whose profile can't be read may have a camera.
    const bool shows = !p.name || p.sources[static_cast<size_t>(core::Source::camera)].state != core::TrackState::off;
    if (shows && wants.size() < options_.media.video_slots) {
      wants.push_back({p.id, core::Source::camera, wanted_width, wanted_height});
    }
  }
  if (wants == wants_) return;
  wants_ = wants;
  call_.watch(std::move(wants));
}

void Member::carry_out(core::Ended& ended) {
  ended_ = std::move(ended);
  in_call_ = false;
  media_.reset();
}

bool Member::open_frame(const std::string& mid, const IncomingSlot::Frame& frame) {
  sealed_.add("slot" + mid, frame.codec, frame.frame.data, frame.frame.timestamp);
  const auto opened = call_.frames()->open(to_sframe(frame.codec), frame.frame.data);
  if (!opened) {
    ++undecryptable_;
    call_.frame_failed(mid);
    carry_out();
    return false;
  }
  const core::Source source = sframe::source_of(opened->stream);
  call_.frame_opened(mid, opened->sender, source);
  Received& received = received_[{opened->sender, source}];
  ++received.frames;
  received.bytes += opened->plaintext.size();
  recording_.add(sender_text(opened->sender) + "-" + file_word(source), frame.codec, opened->plaintext,
                 frame.frame.timestamp);
  carry_out();
  return true;
}

}  // namespace vicino::cli
