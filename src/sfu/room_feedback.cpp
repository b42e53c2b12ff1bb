#include <algorithm>

#include "sfu/room_impl.h"

namespace vicino::sfu {
namespace {

constexpr size_t rtcp_room = 1400;
constexpr int64_t clock_jump_us = 2'000'000;  // a publisher's clock that moved further was set anew

// A compound packet that begins with a report, as receivers without reduced-size RTCP need it (RFC
// 5506).
class Compound {
 public:
  explicit Compound(uint32_t ssrc) { writer_.add(rtc::ReceiverReport{ssrc, {}}); }
  Compound& add(const rtc::RtcpItem& item) {
    complete_ = writer_.add(item) && complete_;
    return *this;
  }
  void send(ParticipantId to, Egress& out) const {
    if (complete_) out.rtcp(to, writer_.packet());
  }

 private:
  std::array<uint8_t, rtcp_room> memory_;
  rtc::RtcpWriter writer_{memory_};
  bool complete_ = true;
};

// Of what is best not lost on the way to `to`.
int copies_for(Instant now, const Participant& to) {
  const auto& downlink = to.connection.downlink;
  return downlink && downlink->sends_twice(now) ? 2 : 1;
}

}  // namespace

Status Room::Impl::handle_rtcp(Instant now, Participant& from, Bytes compound, Egress& out) {
  rtc::RtcpReader reader(compound);
  while (true) {
    TRY_ASSIGN(const auto item, reader.next());
    if (!item) return {};
    if (const auto* bye = std::get_if<rtc::Bye>(&*item)) {
      handle_bye(now, from, *bye);
    } else if (const auto* sr = std::get_if<rtc::SenderReport>(&*item)) {
      handle_sender_report(now, from, *sr, out);
      handle_blocks(now, from, sr->blocks);
    } else if (from.relayed) {
      continue;  // the rest is about what it receives, elsewhere
    } else if (const auto* rr = std::get_if<rtc::ReceiverReport>(&*item)) {
      handle_blocks(now, from, rr->blocks);
    } else if (const auto* nack = std::get_if<rtc::Nack>(&*item)) {
      ++counts.nack_in;
      handle_nack(now, from, *nack, out);
    } else if (const auto* pli = std::get_if<rtc::PictureLossIndication>(&*item)) {
      ++counts.pli_in;
      handle_key_request(now, from, pli->media_ssrc, out);
    } else if (const auto* fir = std::get_if<rtc::FullIntraRequest>(&*item)) {
      ++counts.pli_in;
      for (const auto& entry : fir->entries) handle_key_request(now, from, entry.ssrc, out);
    } else if (const auto* feedback = std::get_if<rtc::TransportFeedback>(&*item)) {
      handle_transport_feedback(now, from, *feedback, out);
    }
  }
}

Status Room::Impl::handle_request(Instant now, Participant& publisher, Bytes compound,
                                  Egress& out) {
  rtc::RtcpReader reader(compound);
  while (true) {
    TRY_ASSIGN(const auto item, reader.next());
    if (!item) return {};
    const auto* pli = std::get_if<rtc::PictureLossIndication>(&*item);
    Layer* layer = pli ? publisher.incoming.find_ssrc(pli->media_ssrc) : nullptr;
    if (layer) want_key_frame(now, *layer, out);
  }
}

void Room::Impl::handle_sender_report(Instant now, Participant& from,
                                      const rtc::SenderReport& report, Egress& out) {
  Layer* layer = from.incoming.find_ssrc(report.ssrc);
  if (!layer) return;
  layer->reception.sender_report(now, report.ntp);
  if (report.ntp == 0) return;  // "no wall clock" (RFC 3550 section 6.4.1)
  // One offset for all of a participant's streams keeps them in step with each other.
  const int64_t sent = ntp_to_microseconds(report.ntp);
  const int64_t offset = now.us - sent;
  if (!from.clock_offset || std::abs(offset - *from.clock_offset) > clock_jump_us)
    from.clock_offset = offset;
  layer->clock = {sent + *from.clock_offset, report.rtp_timestamp};
  for (Slot* slot : layer->receivers) {
    if (slot->active == layer) send_sender_report(now, *slot, out);
  }
}

void Room::Impl::send_sender_report(Instant now, Slot& slot, Egress& out) {
  const Participant* owner = find(slot.content->participant);
  auto report = slot.sender.sender_report(now, *slot.active);
  if (!report || !owner || !slot.connection.connected) return;
  const uint32_t ssrc = report->ssrc;
  std::array<uint8_t, rtcp_room> memory;
  rtc::RtcpWriter writer(memory);
  writer.add(std::move(*report));
  writer.add(rtc::SourceDescription{ssrc, owner->cname});
  out.rtcp(slot.connection.id, writer.packet());
}

void Room::Impl::handle_blocks(Instant now, Participant& from,
                               std::span<const rtc::ReportBlock> blocks) {
  for (const rtc::ReportBlock& block : blocks) {
    Slot* slot = from.find_slot(block.ssrc);
    if (!slot) continue;
    slot->sender.acknowledge();
    if (block.last_sr == 0) continue;
    const auto middle = static_cast<uint32_t>(server_ntp(now) >> 16);
    const auto ticks = static_cast<int32_t>(middle - block.last_sr - block.delay_since_last_sr);
    const Duration sample{static_cast<int64_t>(ticks) * 1'000'000 / 65'536};
    if (sample <= Duration{} || sample > seconds(2)) continue;
    from.rtt = (from.rtt * 7 + sample) / 8;
  }
}

void Room::Impl::handle_nack(Instant now, Participant& from, const rtc::Nack& nack, Egress& out) {
  Slot* slot = from.find_slot(nack.media_ssrc);
  if (!slot) return;
  slot->sender.acknowledge();
  const Track* track = track_of(slot->content);
  if (!slot->sender.section().nack || !track) return;
  const auto& downlink = from.connection.downlink;
  std::array<uint8_t, limits::max_datagram> memory;
  for (const uint16_t sequence : nack.sequences) {
    if (from.retransmissions_left == 0) return;
    const auto origin = slot->sender.origin_of(sequence);
    if (!origin) continue;
    const auto layer =
        std::ranges::find(track->layers, origin->stream, [](const auto& l) { return l->stream; });
    if (layer == track->layers.end()) continue;
    const auto packet = (*layer)->history.find(origin->sequence, memory);
    if (!packet || !slot->sender.may_repeat(now, sequence, from.rtt)) continue;
    if (downlink && !downlink->may_repeat(now, packet->payload.size() + packet_overhead)) return;
    // One in so many gets lost again, and asking once more is what freezes are made of.
    for (int copies = copies_for(now, from); copies > 0; --copies) {
      if (!slot->sender.retransmit(now, *origin, *packet, from.connection, out)) break;
      ++counts.rtx_out;
    }
    --from.retransmissions_left;
  }
}

void Room::Impl::handle_key_request(Instant now, Participant& from, uint32_t ssrc, Egress& out) {
  Slot* slot = from.find_slot(ssrc);
  if (!slot || slot->kind() != rtc::MediaKind::video) return;
  slot->sender.acknowledge();
  Layer* layer = slot->active ? slot->active : slot->target;
  if (layer) want_key_frame(now, *layer, out);
}

void Room::Impl::handle_bye(Instant now, Participant& from, const rtc::Bye& bye) {
  for (const uint32_t ssrc : bye.ssrcs) {
    if (Layer* layer = from.incoming.find_ssrc(ssrc); layer && layer->last_packet)
      layer->silent_since = now - Layer::silence;
  }
}

// A slot that waits starts from what came lately, or else a key frame is asked for.
void Room::Impl::seek_start(Instant now, Slot& slot, Egress& out) {
  if (slot.waiting() && !start_from_history(now, slot, out))
    request_key_frame(now, *slot.target, out);
}

// Until there is one.
void Room::Impl::want_key_frame(Instant now, Layer& layer, Egress& out) {
  layer.key_frame_wanted = true;
  request_key_frame(now, layer, out);
}

// Too soon after the last request nothing is sent: tick() repeats it while somebody waits.
void Room::Impl::request_key_frame(Instant now, Layer& layer, Egress& out) {
  const rtc::MediaSection& section = layer.track.publication.section;
  const Participant* owner = find(layer.track.owner);
  if (!owner || !owner->reachable() || !layer.ssrc || !section.pli) return;
  if (layer.last_key_request && now - *layer.last_key_request < key_request_interval) return;
  layer.last_key_request = now;
  ++counts.pli_out;
  Compound(owner->own_ssrc)
      .add(rtc::PictureLossIndication{owner->own_ssrc, *layer.ssrc})
      .send(owner->id(), out);
}

void Room::Impl::repeat_key_requests(Instant now, Track& track, Egress& out) {
  for (const auto& layer : track.layers) {
    const bool alive = layer->last_packet && now - *layer->last_packet < seconds(2);
    const Duration interval = alive ? key_request_interval : idle_key_request_interval;
    if (layer->last_key_request && now - *layer->last_key_request < interval) continue;
    if (layer->key_frame_wanted || std::ranges::any_of(layer->receivers, [&](const Slot* s) {
          return s->wants_key_frame_of(*layer);
        }))
      request_key_frame(now, *layer, out);
  }
}

void Room::Impl::send_nacks(Instant now, Egress& out) {
  next_nacks = Instant::never();
  for (const auto& publisher : participants) {
    for (const auto& track : publisher->incoming.tracks) {
      for (const auto& layer : track->layers) {
        const bool wanted = spread || !layer->receivers.empty();
        if (!layer->watched || !wanted || !layer->ssrc) continue;
        const std::vector<uint16_t> missing = layer->nacks.due(now, publisher->rtt);
        for (size_t from = 0; from < missing.size(); from += max_nacks_per_packet) {
          const auto first = missing.begin() + static_cast<ptrdiff_t>(from);
          const auto count = std::min(missing.size() - from, max_nacks_per_packet);
          const rtc::Nack nack{
              publisher->own_ssrc, *layer->ssrc, {first, first + static_cast<ptrdiff_t>(count)}};
          // A browser answers one of two that come together.
          for (int copies = copies_for(now, *publisher); copies > 0; --copies)
            Compound(publisher->own_ssrc).add(nack).send(publisher->id(), out);
        }
        if (layer->nacks.take_lost_sync() && track->kind() == rtc::MediaKind::video)
          want_key_frame(now, *layer, out);
        next_nacks = std::min(next_nacks, layer->nacks.next_due());
      }
    }
  }
}

void Room::Impl::send_feedback(Instant, Participant& to, Egress& out) {
  uint32_t media_ssrc = 0;
  for (const auto& track : to.incoming.tracks) {
    if (media_ssrc == 0 && track->layers[0]->ssrc) media_ssrc = *track->layers[0]->ssrc;
  }
  while (auto feedback = to.arrivals.take_feedback(to.own_ssrc, media_ssrc))
    Compound(to.own_ssrc).add(std::move(*feedback)).send(to.id(), out);
}

void Room::Impl::send_report(Instant now, Participant& to, Egress& out) {
  if (now < to.next_report) return;
  to.next_report = now + report_interval;
  rtc::ReceiverReport report{to.own_ssrc, {}};
  for (const auto& track : to.incoming.tracks) {
    for (const auto& layer : track->layers) {
      if (!layer->ssrc || report.blocks.size() == rtc::max_report_blocks) continue;
      if (const auto block = layer->reception.report(now, *layer->ssrc))
        report.blocks.push_back(*block);
    }
  }
  if (report.blocks.empty()) return;
  std::array<uint8_t, rtcp_room> memory;
  rtc::RtcpWriter writer(memory);
  if (writer.add(std::move(report))) out.rtcp(to.id(), writer.packet());
}

void Room::Impl::tick(Instant now, Egress& out) {
  next_tick = now + tick_interval;
  for (const auto& participant : participants) {
    if (!participant->reachable()) continue;
    if (!participant->relayed) {
      participant->retransmissions_left = max_retransmissions;
      send_feedback(now, *participant, out);
      send_report(now, *participant, out);
    }
    for (const auto& track : participant->incoming.tracks) {
      for (const auto& layer : track->layers) layer->rate.tick(now, layer->flowing(now));
      if (track->kind() == rtc::MediaKind::audio) continue;
      if (const uint32_t coming = track->coming_now(now); coming != track->coming_renditions) {
        track->coming_renditions = coming;
        retarget_all(now, *track);
      }
      repeat_key_requests(now, *track, out);
    }
    review_watched(now, *participant);
    if (participant->connection.downlink) {
      participant->connection.downlink->tick(now);
      tend(now, *participant, out);
    }
  }
  if (next_uplinks <= now) review_uplinks(now);
  if (voices_scarce && now - last_voices >= voices_review) choose_voices(now, out);
}

}  // namespace vicino::sfu
