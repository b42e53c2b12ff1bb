#include "client.h"

#include <algorithm>

#include "base/limits.h"
#include "rtc/stun.h"

namespace vicino::load {
namespace {

constexpr Duration report_interval = seconds(1);
constexpr Duration feedback_interval = milliseconds(100);  // as libwebrtc at moderate rates
constexpr Duration nack_interval = milliseconds(20);
constexpr Duration nack_rtt = milliseconds(50);

}  // namespace

uint64_t WallClock::ntp(Instant now) const {
  constexpr int64_t seconds_1900_to_1970 = 2'208'988'800;
  const int64_t us = now.us + offset_us;
  const auto whole = static_cast<uint64_t>(us / 1'000'000 + seconds_1900_to_1970);
  const auto fraction = (static_cast<uint64_t>(us % 1'000'000) << 32) / 1'000'000;
  return whole << 32 | fraction;
}

Client::Client(ClientSetup setup, const Directory& directory, const rtc::DtlsIdentity& identity,
               SecureRandom& random, WallClock wall, Instant now)
    : setup_(std::move(setup)),
      directory_(directory),
      wall_(wall),
      peer_({setup_.connection.role, setup_.local, setup_.connection.remote}, identity, random,
            now),
      check_username_(setup_.local.ice_ufrag + ":" + setup_.connection.remote.ice_ufrag),
      report_ssrc_(random.u32()),
      tracks_(directory.room_tracks[setup_.room]),
      next_report_(now + microseconds(random.u32() % report_interval.us)),
      next_feedback_(now + microseconds(random.u32() % feedback_interval.us)),
      next_nack_(setup_.nack ? now : Instant::never()) {
  for (const rtc::MediaSection& section : setup_.connection.sections) {
    if (section.direction != rtc::Direction::receive) continue;
    if (section.transport_cc) transport_cc_id_ = section.extensions.transport_cc;
    for (const rtc::CodecMapping& codec : section.codecs) {
      if (section.kind == rtc::MediaKind::video) video_types_.set(codec.payload_type & 127);
      if (codec.rtx_payload_type) rtx_types_.set(*codec.rtx_payload_type & 127);
    }
  }
  if (transport_cc_id_ != 0) arrivals_ = std::make_unique<Arrivals>();
}

void Client::start_sending(Instant first, SecureRandom& random) {
  for (const StreamSetup& stream : setup_.streams) streams_.emplace_back(stream, first, random);
}

Client::State Client::state() const {
  if (peer_.state() == rtc::Peer::State::closed) return State::lost;
  return peer_.state() == rtc::Peer::State::connected ? State::connected : State::connecting;
}

// A full ICE agent checks this side too. rtc::Peer's controlling role only checks, as that is all
// an ICE-lite server needs.
bool Client::answers_check(const Address& from, Bytes datagram, rtc::Outbox& out) const {
  const bool request = datagram.size() >= 20 && load16(datagram.data()) == 1;
  if (!request || setup_.connection.role == rtc::PeerConfig::Role::server) return false;
  const auto answer =
      rtc::answer_check(datagram, from, check_username_, setup_.local.ice_pwd, out.reserve(256));
  if (answer) out.commit(from, answer->datagram.size());
  return true;
}

void Client::handle_datagram(Instant now, uint64_t arrived_ns, const Address& from,
                             MutBytes datagram, Histogram& delays, rtc::Outbox& out) {
  const rtc::DatagramKind kind = rtc::classify(datagram);
  if (kind == rtc::DatagramKind::stun && answers_check(from, datagram, out)) return;
  const size_t size = datagram.size();
  const auto incoming = peer_.handle_datagram(now, from, datagram, out);
  if (!incoming) {
    // Before the keys are there nothing can be told from anything.
    const bool early = incoming.error().code == Errc::bad_state;
    if (kind == rtc::DatagramKind::rtp && !early) ++counts_.unauthenticated;
    return;
  }
  if (incoming->kind == rtc::Peer::Incoming::Kind::rtp) {
    if (!first_packet_at_) {
      first_packet_at_ = now;
      tag_bytes_ = size - incoming->packet.size();
    }
    handle_rtp(now, arrived_ns, incoming->packet, delays);
  } else if (incoming->kind == rtc::Peer::Incoming::Kind::rtcp) {
    handle_rtcp(now, incoming->packet);
  } else if (!connected_at_ && state() == State::connected) {
    connected_at_ = now;
  }
}

Client::Source& Client::source_of(const rtc::RtpPacket& packet) {
  const uint32_t ssrc = packet.ssrc();
  if (last_source_ < sources_.size() && sources_[last_source_].ssrc == ssrc)
    return sources_[last_source_];
  const auto found = std::ranges::find(sources_, ssrc, &Source::ssrc);
  last_source_ = static_cast<size_t>(found - sources_.begin());
  if (found != sources_.end()) return *found;
  Source& source = sources_.emplace_back(ssrc, video_types_.test(packet.payload_type()));
  if (setup_.nack && source.video) source.nacks = std::make_unique<rtc::NackGenerator>();
  return source;
}

void Client::handle_rtp(Instant now, uint64_t arrived_ns, MutBytes bytes, Histogram& delays) {
  const auto packet = rtc::RtpPacket::parse(bytes);
  if (!packet) {
    ++counts_.bad_stamp;
    return;
  }
  if (arrivals_) {
    const auto number = packet->extension(transport_cc_id_);
    if (number && number->size() == 2) {
      arrivals_->received({static_cast<int64_t>(arrived_ns / 1000)}, load16(number->data()));
    }
  }
  Source& source = source_of(*packet);
  const int64_t sequence = source.unwrapper.unwrap(packet->sequence());
  if (source.received++ == 0) source.first = source.highest = sequence;
  source.highest = std::max(source.highest, sequence);
  if (source.nacks) source.nacks->received(now, packet->sequence());
  verify(*packet, arrived_ns, delays);
}

void Client::verify(const rtc::RtpPacket& packet, uint64_t arrived_ns, Histogram& delays) {
  const Bytes payload = packet.payload();
  const bool retransmitted = rtx_types_.test(packet.payload_type());
  if (payload.empty() || (retransmitted && payload.size() <= 2))
    return;  // padding, to measure bandwidth
  const auto stamp = read_stamp(payload);
  if (!stamp || stamp->publisher >= directory_.publishers.size()) {
    ++counts_.bad_stamp;
    return;
  }
  const Directory::Publisher& publisher = directory_.publishers[stamp->publisher];
  if (publisher.room != setup_.room || publisher.participant == setup_.participant ||
      stamp->track >= publisher.tracks) {
    ++counts_.bad_stamp;
    return;
  }
  counts_.bytes += payload.size();
  const uint64_t delay = arrived_ns > stamp->sent_ns ? arrived_ns - stamp->sent_ns : 0;
  tracks_[publisher.first_track + stamp->track].add(*stamp, retransmitted, delay, counts_, delays);
}

SendStream* Client::stream_of(uint32_t ssrc) {
  const auto found = std::ranges::find(streams_, ssrc, &SendStream::ssrc);
  return found == streams_.end() ? nullptr : &*found;
}

void Client::handle_rtcp(Instant now, Bytes compound) {
  rtc::RtcpReader reader(compound);
  const auto key_frame = [&](uint32_t ssrc) {
    if (SendStream* stream = stream_of(ssrc)) {
      stream->request_key_frame();
      ++key_frame_requests_;
    }
  };
  for (;;) {
    const auto item = reader.next();
    if (!item || !*item) return;
    if (const auto* pli = std::get_if<rtc::PictureLossIndication>(&**item)) {
      key_frame(pli->media_ssrc);
    } else if (const auto* fir = std::get_if<rtc::FullIntraRequest>(&**item)) {
      for (const auto& entry : fir->entries) key_frame(entry.ssrc);
    } else if (const auto* report = std::get_if<rtc::SenderReport>(&**item)) {
      const auto source = std::ranges::find(sources_, report->ssrc, &Source::ssrc);
      if (source == sources_.end()) continue;
      source->last_sr = static_cast<uint32_t>(report->ntp >> 16);
      source->last_sr_at = now;
    }
  }
}

Instant Client::next_timeout() const {
  if (state() == State::lost) return Instant::never();
  Instant next = peer_.next_timeout();
  if (state() != State::connected) return next;
  next = std::min({next, next_report_, next_nack_});
  return arrivals_ ? std::min(next, next_feedback_) : next;
}

void Client::handle_timeout(Instant now, rtc::Outbox& out) {
  if (peer_.next_timeout() <= now) peer_.handle_timeout(now, out);
  if (state() != State::connected) return;
  if (now >= next_report_) {
    next_report_ = now + report_interval;
    send_reports(now, out);
  }
  if (arrivals_ && now >= next_feedback_) {
    next_feedback_ = now + feedback_interval;
    send_feedback(out);
  }
  if (now >= next_nack_) {
    next_nack_ = now + nack_interval;
    send_nacks(now, out);
  }
}

rtc::ReceiverReport Client::receiver_report(Instant now) {
  rtc::ReceiverReport report{report_ssrc_, {}};
  for (Source& source : sources_) {
    if (report.blocks.size() == rtc::max_report_blocks) break;
    const int64_t expected = source.highest - source.first + 1;
    const int64_t expected_since = expected - source.reported_expected;
    const int64_t lost_since =
        expected_since - static_cast<int64_t>(source.received - source.reported_received);
    source.reported_expected = expected;
    source.reported_received = source.received;
    const bool some = expected_since > 0 && lost_since > 0;
    const Duration since_sr = now - source.last_sr_at;
    report.blocks.push_back(
        {.ssrc = source.ssrc,
         .fraction_lost = static_cast<uint8_t>(some ? lost_since * 255 / expected_since : 0),
         .cumulative_lost = static_cast<int32_t>(std::clamp<int64_t>(
             expected - static_cast<int64_t>(source.received), -0x80'0000, 0x7f'ffff)),
         .highest_sequence = static_cast<uint32_t>(source.highest),
         .last_sr = source.last_sr,
         .delay_since_last_sr =
             source.last_sr == 0 ? 0 : static_cast<uint32_t>(since_sr.us * 65'536 / 1'000'000)});
  }
  return report;
}

void Client::send_reports(Instant now, rtc::Outbox& out) {
  std::array<uint8_t, limits::max_rtp_payload> memory;
  rtc::RtcpWriter writer(memory);
  const std::string cname = "load-" + std::to_string(setup_.participant);
  for (const SendStream& stream : streams_) {
    if (stream.sent() > 0) writer.add(stream.report(wall_.ntp(now)));
  }
  if (subscriber()) {
    // A gap that nobody repairs ends with a key frame, asked for as a decoder would.
    std::vector<uint32_t> broken;
    for (const Source& source : sources_) {
      const int64_t lost = source.highest - source.first + 1 - source.reported_expected -
                           static_cast<int64_t>(source.received - source.reported_received);
      if (source.video && lost > 0) broken.push_back(source.ssrc);
    }
    writer.add(receiver_report(now));
    for (const uint32_t ssrc : broken) writer.add(rtc::PictureLossIndication{report_ssrc_, ssrc});
  }
  writer.add(rtc::SourceDescription{streams_.empty() ? report_ssrc_ : streams_[0].ssrc(), cname});
  (void)peer_.send_rtcp(writer.packet(), out);  // a peer that has just closed sends nothing more
}

void Client::send_feedback(rtc::Outbox& out) {
  while (const auto feedback =
             arrivals_->take(report_ssrc_, sources_.empty() ? 0 : sources_[0].ssrc)) {
    std::array<uint8_t, limits::max_rtp_payload> memory;
    rtc::RtcpWriter writer(memory);
    if (writer.add(*feedback)) (void)peer_.send_rtcp(writer.packet(), out);
  }
}

void Client::send_nacks(Instant now, rtc::Outbox& out) {
  std::array<uint8_t, limits::max_rtp_payload> memory;
  rtc::RtcpWriter writer(memory);
  for (Source& source : sources_) {
    if (!source.nacks || source.nacks->next_due() > now) continue;
    auto missing = source.nacks->due(now, nack_rtt);
    if (!missing.empty()) writer.add(rtc::Nack{report_ssrc_, source.ssrc, std::move(missing)});
  }
  if (!writer.packet().empty()) (void)peer_.send_rtcp(writer.packet(), out);
}

void Client::send_frame(size_t stream, Instant now, uint64_t now_ns, bool measured,
                        rtc::Outbox& out) {
  streams_[stream].send_frame(now, now_ns, measured, transport_sequence_, peer_, out);
}

}  // namespace vicino::load
