#include "sim/media/media_sender.h"

#include <algorithm>

#include "base/limits.h"
#include "rtc/rtp.h"
#include "sim/media/clock.h"

namespace vicino::sim {
namespace {

using rtc::BitRate;

SeededRandom part(uint64_t seed, uint64_t which) {
  return SeededRandom(seed * 0x9e3779b97f4a7c15 + which);
}

}  // namespace

MediaSender::MediaSender(SenderSetup setup, uint64_t seed, Instant now)
    : setup_(std::move(setup)),
      estimator_(setup_.bandwidth),
      next_voice_(setup_.voice ? now : Instant::never()),
      next_report_(now + report_interval),
      next_turn_(now) {
  transport_sequence_ = static_cast<uint16_t>(part(seed, 0).next());
  if (setup_.voice) voice_.emplace(setup_.voice_stream, part(seed, 1).next());
  if (setup_.video) {
    // Cameras don't begin together.
    const Duration phase = microseconds(static_cast<int64_t>(part(seed, 2).next() % 33'333));
    encoder_.emplace(*setup_.video, part(seed, 3).next(), now + phase);
  }
  for (size_t i = 0; i < setup_.video_streams.size(); ++i)
    streams_.emplace_back(setup_.video_streams[i], part(seed, 4 + i).next());
  estimator_.set_demand(now, asked());
}

// Headers are about a tenth of large packets.
BitRate MediaSender::asked() const {
  BitRate all = encoder_ ? encoder_->most() * 1.1 : BitRate{};
  if (voice_) {
    constexpr size_t header = 28;
    const size_t size = setup_.voice->payload_size() + header + wire_overhead;
    all = all + rtc::rate_of(static_cast<double>(size), voice_frame);
  }
  return all;
}

void MediaSender::feedback(Instant now, const rtc::TransportFeedback& feedback) {
  estimator_.feedback(now, feedback);
  next_turn_ = now;
}

void MediaSender::nack(Instant now, const rtc::Nack& nack) {
  const auto of = std::ranges::find(streams_, nack.media_ssrc,
                                    [](const SendStream& s) { return s.setup().ssrc; });
  if (of == streams_.end()) return;
  const auto stream = static_cast<size_t>(of - streams_.begin());
  auto place = std::ranges::find(queue_, false, &Waiting::repair);
  for (const uint16_t sequence : nack.sequences) {
    const MediaPacket* packet = of->take_repair(now, sequence, round_trip());
    if (!packet) continue;
    waiting_ += packet->payload.size();
    place = std::next(queue_.insert(place, {stream, true, *packet, now}));
  }
  next_turn_ = now;
}

void MediaSender::key_request(uint32_t ssrc) {
  for (size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i].setup().ssrc == ssrc) encoder_->request_key_frame(i);
  }
}

// RFC 3550 section 6.4.1.
void MediaSender::receiver_report(Instant now, const rtc::ReceiverReport& report) {
  for (const rtc::ReportBlock& block : report.blocks) {
    if (block.last_sr == 0) continue;
    const auto middle = static_cast<uint32_t>(ntp_of(now) >> 16);
    const auto ticks = static_cast<int32_t>(middle - block.last_sr - block.delay_since_last_sr);
    const Duration sample{static_cast<int64_t>(ticks) * 1'000'000 / 65'536};
    if (sample > Duration{}) round_trip_ = sample;
  }
}

void MediaSender::set_watched(Instant now, std::span<const std::string> rids) {
  for (size_t i = 0; i < streams_.size(); ++i)
    encoder_->set_watched(i, std::ranges::find(rids, streams_[i].setup().rid) != rids.end());
  estimator_.set_demand(now, asked());
}

void MediaSender::handle_timeout(Instant now, Transmitter& out) {
  if (estimator_.next_due() <= now) estimator_.tick(now);
  pacer_.set_rate(now, estimator_.target());
  if (next_voice_ <= now) send_voice(now, out);
  if (encoder_ && encoder_->next_frame() <= now) encode(now);
  send_probe(now, out);
  send_queued(now, out);
  if (next_report_ <= now) report(now, out);
  next_turn_ = pacer_.next(now, waiting_, oldest());
  if (probe_) next_turn_ = std::min(next_turn_, now + probe_step);
}

Instant MediaSender::next_timeout() const {
  Instant next = std::min({next_voice_, next_report_, next_turn_, estimator_.next_due()});
  return encoder_ ? std::min(next, encoder_->next_frame()) : next;
}

void MediaSender::send_voice(Instant now, Transmitter& out) {
  const VoiceSettings& voice = *setup_.voice;
  const Stamp stamp{setup_.publisher, voice.copies, 0, voice_frames_++, next_voice_};
  next_voice_ = next_voice_ + voice_frame;
  MediaPacket packet = voice_->voice(voice.payload_size(), stamp);
  const StreamSetup& stream = voice_->setup();
  emit(now, Traffic::audio,
       {.payload_type = stream.payload_type,
        .sequence = packet.sequence,
        .timestamp = packet.timestamp,
        .ssrc = stream.ssrc},
       stream, packet.payload, 0, out);
  voice_->keep(std::move(packet));
}

// What the voice, headers and repairs leave.
BitRate MediaSender::video_rate(Instant now) const {
  BitRate taken = headers_.at(now) + repairs_.at(now);
  if (voice_)
    taken = taken + rtc::rate_of(static_cast<double>(setup_.voice->payload_size()), voice_frame);
  return std::max(estimator_.target() - taken, BitRate{});
}

void MediaSender::encode(Instant now) {
  encoder_->set_rate(video_rate(now));
  const Stamp stamp{setup_.publisher, 0, 0, pictures_++, encoder_->next_frame()};
  if (!queue_.empty() && now - queue_.front().since > longest_queue) return encoder_->skip();
  for (const EncodedFrame& frame : encoder_->encode()) {
    Stamp of_layer = stamp;
    of_layer.height = setup_.video->layers[frame.layer].height;
    for (MediaPacket& packet : streams_[frame.layer].cut(frame, of_layer)) {
      waiting_ += packet.payload.size();
      queue_.push_back({frame.layer, false, std::move(packet), now});
    }
  }
}

void MediaSender::send_queued(Instant now, Transmitter& out) {
  size_t allowance = pacer_.allowance(now, waiting_, oldest());
  while (allowance > 0 && !queue_.empty()) allowance -= std::min(allowance, send_next(now, 0, out));
}

size_t MediaSender::send_next(Instant now, rtc::ProbeId probe, Transmitter& out) {
  Waiting first = std::move(queue_.front());
  queue_.pop_front();
  waiting_ -= first.packet.payload.size();
  SendStream& stream = streams_[first.stream];
  if (first.repair) {
    const size_t sent = send_repeated(now, stream, first.packet, Traffic::video, probe, out);
    repairs_.add(now, sent);
    return sent;
  }
  const size_t sent = emit(now, Traffic::video,
                           {.marker = first.packet.marker,
                            .payload_type = stream.setup().payload_type,
                            .sequence = first.packet.sequence,
                            .timestamp = first.packet.timestamp,
                            .ssrc = stream.setup().ssrc},
                           stream.setup(), first.packet.payload, probe, out);
  stream.keep(std::move(first.packet));
  return sent;
}

// RFC 4588.
size_t MediaSender::send_repeated(Instant now, SendStream& stream, const MediaPacket& packet,
                                  Traffic traffic, rtc::ProbeId probe, Transmitter& out) {
  Buffer payload(2);
  store16(payload.data(), packet.sequence);
  payload.insert(payload.end(), packet.payload.begin(), packet.payload.end());
  return emit(now, traffic,
              {.marker = packet.marker,
               .payload_type = stream.setup().rtx_payload_type,
               .sequence = stream.take_rtx_sequence(),
               .timestamp = packet.timestamp,
               .ssrc = stream.setup().rtx_ssrc},
              stream.setup(), payload, probe, out);
}

void MediaSender::send_probe(Instant now, Transmitter& out) {
  if (const auto plan = estimator_.take_probe(); plan && !streams_.empty()) {
    probe_ = *plan;
    probe_sent_ = 0;
    probe_start_ = now;
  }
  while (probe_) {
    if (now >= probe_->expires || probe_sent_ >= probe_->bytes) {
      probe_.reset();
    } else if (static_cast<double>(probe_sent_) > probe_->rate.bytes_in(now - probe_start_)) {
      return;
    } else if (!queue_.empty() && queue_.front().packet.payload.size() <= probe_->packet_size) {
      probe_sent_ += send_next(now, probe_->id, out);
    } else {
      probe_sent_ += send_padding(now, probe_->packet_size, probe_->id, out);
    }
  }
}

// The last packets again, as those may even be of use; without one that fits, nothing but padding.
size_t MediaSender::send_padding(Instant now, size_t at_most, rtc::ProbeId probe,
                                 Transmitter& out) {
  for (SendStream& stream : streams_) {
    const MediaPacket* packet = stream.recent(at_most);
    if (packet && packet->payload.size() > at_most / 2)
      return send_repeated(now, stream, *packet, Traffic::padding, probe, out);
  }
  SendStream& stream = streams_.front();
  Buffer padding(padding_size);
  padding.back() = padding_size;
  return emit(now, Traffic::padding,
              {.payload_type = stream.setup().rtx_payload_type,
               .sequence = stream.take_rtx_sequence(),
               .timestamp = stream.timestamp_at(now),
               .ssrc = stream.setup().rtx_ssrc},
              stream.setup(), padding, probe, out);
}

// Every packet says whose it is: which SSRC that is, nothing else tells.
size_t MediaSender::emit(Instant now, Traffic traffic, rtc::RtpHeaderFields fields,
                         const StreamSetup& stream, Bytes payload, rtc::ProbeId probe,
                         Transmitter& out) {
  std::array<uint8_t, 2> number;
  store16(number.data(), transport_sequence_);
  std::array<uint8_t, 1> level = {
      static_cast<uint8_t>(0x80 | (setup_.voice ? setup_.voice->level : 0))};
  const bool repeated = stream.rtx_ssrc != 0 && fields.ssrc == stream.rtx_ssrc;
  const rtc::ExtensionIds& ids = setup_.extensions;
  const std::array<rtc::RtpExtension, 4> extensions = {
      {{ids.mid, as_bytes(stream.mid)},
       {repeated ? ids.repaired_rid : ids.rid, as_bytes(stream.rid)},
       {traffic == Traffic::audio ? ids.audio_level : uint8_t{0}, level},
       {ids.transport_cc, number}}};
  std::array<uint8_t, 128> memory;
  const auto header = rtc::write_rtp_header(memory, fields, extensions);
  CHECK(header.has_value());  // the memory holds any of these
  if (traffic == Traffic::padding && payload.size() == padding_size) (*header)[0] |= 0x20;
  const size_t size = header->size() + payload.size() + wire_overhead;
  estimator_.sent(now, transport_sequence_++, size, probe);
  pacer_.sent(now, size);
  headers_.add(now, header->size() + wire_overhead);
  out.send_rtp(traffic, *header, payload);
  return size;
}

void MediaSender::report(Instant now, Transmitter& out) {
  next_report_ = now + report_interval;
  std::array<uint8_t, limits::max_rtp_payload> memory;
  rtc::RtcpWriter writer(memory);
  const auto add = [&](const SendStream& stream) {
    if (stream.packets() == 0) return;
    writer.add(rtc::SenderReport{stream.setup().ssrc,
                                 ntp_of(now),
                                 stream.timestamp_at(now),
                                 stream.packets(),
                                 stream.bytes(),
                                 {}});
  };
  if (voice_) add(*voice_);
  for (const SendStream& stream : streams_) add(stream);
  if (!writer.packet().empty()) out.send_rtcp(writer.packet());
}

}  // namespace vicino::sim
