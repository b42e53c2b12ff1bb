#include "outgoing.h"

#include "base/limits.h"

namespace vicino::cli {
namespace {

std::optional<rtc::CodecMapping> find_mapping(const rtc::MediaSection& section, rtc::Codec codec) {
  const auto found = std::ranges::find(section.codecs, codec, &rtc::CodecMapping::codec);
  return found == section.codecs.end() ? std::nullopt : std::optional(*found);
}

// Seconds between 1900, where NTP time begins, and 1970.
constexpr uint64_t ntp_epoch = 2'208'988'800;

}  // namespace

OutgoingTrack::OutgoingTrack(rtc::MediaSection section, const MediaClip& clip, SecureRandom& random,
                             Instant now)
    : section_(std::move(section)),
      mapping_(find_mapping(section_, clip.codec)),
      clip_(clip),
      packetizer_(clip.codec, limits::max_rtp_payload,
                  static_cast<uint16_t>(random.u32() & 0x7fff)),
      start_(now),
      next_frame_(mapping_ ? now : Instant::never()),
      sequence_(static_cast<uint16_t>(random.u32() & 0x7fff)),
      rtx_sequence_(static_cast<uint16_t>(random.u32() & 0x7fff)),
      first_timestamp_(random.u32()),
      timestamp_(first_timestamp_) {}

void OutgoingTrack::start(Instant now) {
  if (!mapping_) return;
  start_ = now;
  next_frame_ = now;
}

void OutgoingTrack::send_due(Instant now, const SealFrame& seal, rtc::Peer& peer,
                             rtc::Outbox& out) {
  while (next_frame_ <= now) {
    if (std::exchange(key_frame_wanted_, false)) position_ = clip_.next_key_frame(position_);
    const MediaFrame& frame = clip_.frames[position_];
    if (watched_) send_frame(frame, seal, peer, out);
    position_ = (position_ + 1) % clip_.frames.size();
    next_frame_ = next_frame_ + frame.duration;
    timestamp_ =
        first_timestamp_ + static_cast<uint32_t>((next_frame_ - start_).us *
                                                 static_cast<int64_t>(clock_rate()) / 1'000'000);
  }
}

void OutgoingTrack::set_watched(bool watched) {
  if (watched && !watched_) request_key_frame();
  watched_ = watched;
}

void OutgoingTrack::send_frame(const MediaFrame& frame, const SealFrame& seal, rtc::Peer& peer,
                               rtc::Outbox& out) {
  const auto sealed = seal(clip_.codec, frame.key_frame, frame.data);
  if (!sealed) {
    key_frame_wanted_ = true;  // nobody can start from what comes behind a gap
    return;
  }
  const auto status =
      packetizer_.packetize(*sealed, frame.key_frame, [&](Bytes payload, bool last) {
        const bool marker = last && clip_.codec != rtc::Codec::opus;
        if (history_.size() == limits::max_rtx_packets) history_.pop_front();
        history_.push_back({sequence_, marker, timestamp_, Buffer(payload.begin(), payload.end())});
        send_packet(history_.back(), section_.ssrc, mapping_->payload_type, sequence_, payload,
                    peer, out);
        ++sequence_;
        ++packets_sent_;
        bytes_sent_ += static_cast<uint32_t>(payload.size());
      });
  if (status) ++frames_sent_;
}

void OutgoingTrack::send_packet(const Sent& packet, uint32_t ssrc, uint8_t payload_type,
                                uint16_t sequence, Bytes payload, rtc::Peer& peer,
                                rtc::Outbox& out) {
  std::array<uint8_t, 64> memory;
  const rtc::RtpExtension mid{section_.extensions.mid, as_bytes(section_.mid)};
  const auto header = rtc::write_rtp_header(
      memory, {packet.marker, payload_type, sequence, packet.timestamp, ssrc}, std::span(&mid, 1));
  if (header)
    (void)peer.send_rtp(*header, payload, out);  // not connected: as lost as on the network
}

void OutgoingTrack::retransmit(const rtc::Nack& nack, rtc::Peer& peer, rtc::Outbox& out) {
  for (const uint16_t wanted : nack.sequences) {
    const auto sent = std::ranges::find(history_, wanted, &Sent::sequence);
    if (sent == history_.end()) continue;
    if (!mapping_->rtx_payload_type) {
      send_packet(*sent, section_.ssrc, mapping_->payload_type, wanted, sent->payload, peer, out);
      continue;
    }
    Buffer payload(
        2 + sent->payload
                .size());  // RFC 4588 section 4: the original sequence number, then its payload
    store16(payload.data(), wanted);
    copy(sent->payload, MutBytes(payload).subspan(2));
    send_packet(*sent, section_.rtx_ssrc, *mapping_->rtx_payload_type, rtx_sequence_++, payload,
                peer, out);
  }
}

rtc::SenderReport OutgoingTrack::report(Instant now, WallTime wall) const {
  const auto ms = static_cast<uint64_t>(wall.ms);
  const uint64_t ntp = (ms / 1000 + ntp_epoch) << 32 | (ms % 1000 << 32) / 1000;
  const auto elapsed =
      static_cast<uint32_t>((now - start_).us * static_cast<int64_t>(clock_rate()) / 1'000'000);
  return {section_.ssrc, ntp, first_timestamp_ + elapsed, packets_sent_, bytes_sent_, {}};
}

}  // namespace vicino::cli
