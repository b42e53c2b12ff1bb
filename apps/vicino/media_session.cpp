#include "media_session.h"

#include "base/encoding.h"
#include "net/clock.h"

namespace vicino::cli {
namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr Duration report_interval = seconds(1);
// Of checks without answer, after which a path counts as silent. Lower restarts without need,
// higher leaves people frozen for longer.
constexpr Duration silence_time = seconds(2);
constexpr Duration restart_interval = seconds(3);
constexpr Duration arrivals_interval = milliseconds(100);
constexpr size_t socket_buffer =
    4 << 20;  // many frames may come at once while this one thread is busy

std::string random_text(SecureRandom& random, size_t bytes) {
  Buffer memory(bytes);
  random.fill(memory);
  return to_hex(memory);
}

Address to_address(const udp::endpoint& endpoint) {
  const auto parsed = Address::parse(endpoint.address().to_string(), endpoint.port());
  return parsed.value_or(Address{});
}

udp::endpoint to_endpoint(const Address& address) {
  return {asio::ip::make_address(address.to_candidate_text()), address.port};
}

}  // namespace

MediaSession::MediaSession(asio::io_context& io, SecureRandom& random,
                           const rtc::DtlsIdentity& identity, MediaPlan plan, Handlers handlers)
    : random_(random),
      identity_(identity),
      plan_(plan),
      handlers_(std::move(handlers)),
      socket_(io),
      timer_(io) {
  make_offer();
}

MediaSession::~MediaSession() {
  if (!peer_) return;
  peer_->close(out_);
  flush();
}

void MediaSession::make_offer() {
  local_.ice_ufrag = random_text(random_, 4);
  local_.ice_pwd = random_text(random_, 16);
  local_.fingerprint = identity_.fingerprint();
  report_ssrc_ = random_.u32();
  const auto add = [&](rtc::MediaKind kind, rtc::Direction direction,
                       std::vector<rtc::Codec> codecs) {
    const bool sends = direction == rtc::Direction::send;
    const bool repairs = sends && kind == rtc::MediaKind::video;
    media_.push_back({std::to_string(media_.size()), kind, direction, std::move(codecs),
                      sends ? random_.u32() : 0, repairs ? random_.u32() : 0});
    return media_.back().mid;
  };
  using enum rtc::MediaKind;
  if (plan_.microphone) {
    tracks_.push_back(
        {add(audio, rtc::Direction::send, {rtc::Codec::opus}), core::Source::microphone, 0, 0});
  }
  if (plan_.camera) {
    tracks_.push_back({add(video, rtc::Direction::send, {plan_.camera->codec}),
                       core::Source::camera, plan_.camera->width, plan_.camera->height});
  }
  for (size_t i = 0; i < plan_.audio_slots; ++i)
    add(audio, rtc::Direction::receive, {rtc::Codec::opus});
  for (size_t i = 0; i < plan_.video_slots; ++i) {
    add(video, rtc::Direction::receive,
        {rtc::Codec::vp8, rtc::Codec::vp9, rtc::Codec::av1, rtc::Codec::h264});
  }
  offer_ = rtc::write_offer(local_, media_, random_.u64() >> 1);
}

Status MediaSession::start(std::string_view answer) {
  TRY_ASSIGN(rtc::ParsedAnswer parsed, rtc::parse_answer(answer));
  if (parsed.transport.candidates.empty())
    return fail(Errc::malformed, "answer without candidates");
  boost::system::error_code error;
  socket_.open(parsed.transport.candidates[0].is_v4() ? udp::v4() : udp::v6(), error);
  if (error) return fail(Errc::bad_state, "no UDP socket");
  socket_.set_option(asio::socket_base::receive_buffer_size(static_cast<int>(socket_buffer)),
                     error);
  const Instant now = net::now();
  for (rtc::MediaSection& section : parsed.media) {
    if (section.direction == rtc::Direction::receive) {
      if (section.transport_cc) transport_cc_id_ = section.extensions.transport_cc;
      slots_.emplace_back(section);
    }
    if (section.direction != rtc::Direction::send) continue;
    const auto track = std::ranges::find(tracks_, section.mid, &core::OwnTrack::mid);
    const auto offered = std::ranges::find(media_, section.mid, &rtc::ClientMedia::mid);
    if (track == tracks_.end() || offered == media_.end()) continue;
    section.ssrc = offered->ssrc;  // the answer doesn't repeat what this side announced
    section.rtx_ssrc = offered->rtx_ssrc;
    const MediaClip& clip =
        track->source == core::Source::camera ? *plan_.camera : *plan_.microphone;
    outgoing_.push_back({track->source, OutgoingTrack(section, clip, random_, now)});
  }
  peer_ = std::make_unique<rtc::Peer>(
      rtc::PeerConfig{rtc::PeerConfig::Role::client, local_, parsed.transport}, identity_, random_,
      now);
  receive();
  turn();
  return {};
}

MediaSession::Counts MediaSession::counts() const {
  Counts counts;
  for (const Track& track : outgoing_) counts.frames_sent += track.outgoing.frames_sent();
  for (const IncomingSlot& slot : slots_) counts.packets_received += slot.packets();
  return counts;
}

void MediaSession::receive() {
  socket_.async_receive_from(
      asio::buffer(buffer_), from_,
      [this, alive = std::weak_ptr(alive_)](boost::system::error_code error, size_t size) {
        if (alive.expired() || error == asio::error::operation_aborted) return;
        const Instant now = net::now();
        if (!error) handle_datagram(now, MutBytes(buffer_).first(size));
        // Everything that has arrived is one batch: one turn for all of it.
        while (!alive.expired() && socket_.available(error) > 0 && !error) {
          const size_t more = socket_.receive_from(asio::buffer(buffer_), from_, 0, error);
          if (!error) handle_datagram(now, MutBytes(buffer_).first(more));
        }
        if (alive.expired()) return;
        receive();
        turn();
      });
}

void MediaSession::handle_datagram(Instant now, MutBytes datagram) {
  const auto incoming = peer_->handle_datagram(now, to_address(from_), datagram, out_);
  if (!incoming) return;  // not for us, or damaged: as if it hadn't come
  if (incoming->kind == rtc::Peer::Incoming::Kind::rtp) handle_rtp(now, incoming->packet);
  if (incoming->kind == rtc::Peer::Incoming::Kind::rtcp) handle_rtcp(incoming->packet);
}

void MediaSession::handle_rtp(Instant now, MutBytes packet) {
  const auto rtp = rtc::RtpPacket::parse(packet);
  if (!rtp) return;
  if (const auto number = rtp->extension(transport_cc_id_); number && number->size() == 2) {
    arrivals_.received(now, load16(number->data()));
    next_arrivals_ = std::min(next_arrivals_, now + arrivals_interval);
  }
  for (IncomingSlot& slot : slots_) {
    if (!slot.owns(rtp->ssrc())) continue;
    (void)slot.handle_rtp(now, *rtp);
    while (const auto frame = slot.take_frame()) {
      if (!handlers_.received(slot.mid(), *frame) && slot.kind() == rtc::MediaKind::video)
        slot.want_key_frame();
    }
    return;
  }
}

void MediaSession::handle_rtcp(Bytes compound) {
  rtc::RtcpReader reader(compound);
  const auto track = [&](uint32_t ssrc) -> OutgoingTrack* {
    const auto found =
        std::ranges::find(outgoing_, ssrc, [](const Track& t) { return t.outgoing.ssrc(); });
    return found == outgoing_.end() ? nullptr : &found->outgoing;
  };
  for (;;) {
    const auto item = reader.next();
    if (!item || !*item) return;
    if (const auto* nack = std::get_if<rtc::Nack>(&**item)) {
      if (auto* t = track(nack->media_ssrc)) t->retransmit(*nack, *peer_, out_);
    } else if (const auto* pli = std::get_if<rtc::PictureLossIndication>(&**item)) {
      if (auto* t = track(pli->media_ssrc)) t->request_key_frame();
    } else if (const auto* fir = std::get_if<rtc::FullIntraRequest>(&**item)) {
      for (const auto& entry : fir->entries) {
        if (auto* t = track(entry.ssrc)) t->request_key_frame();
      }
    }
  }
}

void MediaSession::turn() {
  const Instant now = net::now();
  if (peer_->next_timeout() <= now) peer_->handle_timeout(now, out_);
  if (peer_->state() == rtc::Peer::State::closed) {
    flush();
    socket_.close();
    return handlers_.lost();
  }
  if (connected()) send_due(now);
  flush();
  const Instant next = next_deadline();
  timer_.expires_after(std::chrono::microseconds(std::max<int64_t>((next - net::now()).us, 0)));
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
    if (!error && !alive.expired()) turn();
  });
}

Instant MediaSession::next_deadline() const {
  Instant next = peer_->next_timeout();
  if (!connected()) return next;
  next = std::min({next, next_report_, next_arrivals_});
  for (const Track& track : outgoing_) next = std::min(next, track.outgoing.next_due());
  for (const IncomingSlot& slot : slots_) next = std::min(next, slot.next_due());
  return next;
}

void MediaSession::send_due(Instant now) {
  if (!std::exchange(playing_, true)) {
    for (Track& track : outgoing_) track.outgoing.start(now);
  }
  for (Track& track : outgoing_) {
    const SealFrame seal = [&](rtc::Codec codec, bool key_frame, Bytes frame) {
      return handlers_.seal(track.source, codec, key_frame, frame);
    };
    track.outgoing.send_due(now, seal, *peer_, out_);
  }
  std::array<uint8_t, 1200> memory;
  rtc::RtcpWriter feedback(memory);
  feedback.add(rtc::ReceiverReport{report_ssrc_, {}});
  const size_t empty = feedback.packet().size();
  for (IncomingSlot& slot : slots_) {
    if (slot.next_due() <= now) slot.write_feedback(now, report_ssrc_, feedback);
  }
  if (feedback.packet().size() > empty) (void)peer_->send_rtcp(feedback.packet(), out_);
  if (next_arrivals_ <= now) send_arrivals();
  if (next_report_ <= now) {
    send_reports(now);
    restart_if_silent(now);
  }
}

void MediaSession::restart_if_silent(Instant now) {
  const Instant since = peer_->unanswered_since();
  if (since == Instant::never() || now - since < silence_time || now < next_restart_) return;
  next_restart_ = now + restart_interval;
  restart_ = {random_text(random_, 4), random_text(random_, 16)};
  handlers_.silent(restart_);
}

void MediaSession::restarted(const rtc::IceCredentials& remote) {
  if (!peer_ || restart_.ufrag.empty()) return;
  peer_->restart_ice(net::now(), restart_, remote);
  turn();
}

void MediaSession::set_watched(const std::vector<core::said::WatchedLayer>& layers) {
  for (Track& track : outgoing_) {
    if (track.source == core::Source::microphone) continue;
    track.outgoing.set_watched(
        std::ranges::find(layers, track.source, &core::said::WatchedLayer::source) != layers.end());
  }
}

void MediaSession::send_arrivals() {
  next_arrivals_ = Instant::never();
  while (auto feedback = arrivals_.take_feedback(report_ssrc_, 0)) {
    std::array<uint8_t, 1400> memory;
    rtc::RtcpWriter writer(memory);
    writer.add(rtc::ReceiverReport{report_ssrc_, {}});
    if (writer.add(std::move(*feedback))) (void)peer_->send_rtcp(writer.packet(), out_);
  }
}

void MediaSession::send_reports(Instant now) {
  next_report_ = now + report_interval;
  std::array<uint8_t, 1200> memory;
  rtc::RtcpWriter reports(memory);
  for (const Track& track : outgoing_) reports.add(track.outgoing.report(now, net::wall_time()));
  if (outgoing_.empty()) reports.add(rtc::ReceiverReport{report_ssrc_, {}});
  (void)peer_->send_rtcp(reports.packet(), out_);
}

void MediaSession::flush() {
  for (const auto& datagram : out_.datagrams()) {
    const Bytes bytes = out_.bytes(datagram);
    boost::system::error_code lost;  // a full buffer drops it, as a network would
    socket_.send_to(asio::buffer(bytes.data(), bytes.size()), to_endpoint(datagram.to), 0, lost);
  }
  out_.clear();
}

}  // namespace vicino::cli
