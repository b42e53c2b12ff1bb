// What each receiver's path carries, and which slots get how much of it.
#include <algorithm>
#include <cmath>

#include "sfu/room_impl.h"

namespace vicino::sfu {
namespace {

// What a rendition takes whose packets haven't been measured: of a camera of usual encoders.
rtc::BitRate usual_rate(const Track& track, const Rendition& rendition) {
  constexpr double known_area = 1280.0 * 720;
  constexpr rtc::BitRate of_known_area = rtc::kilobits_per_second(2000);
  const double announced = static_cast<double>(track.publication.width) * track.publication.height;
  const double area = (announced > 0 ? announced : known_area) * rendition.scale * rendition.scale;
  return of_known_area * std::pow(area / known_area, 0.75);
}

LayerRates rates_of(Instant now, const Track& track, const Rendition& rendition) {
  const Layer& layer = *rendition.layer;
  const bool paused = layer.watch[rendition.spatial].paused;
  LayerRates rates{
      .scale = rendition.scale, .flowing = rendition.coming(now) || paused, .up_to = {}};
  if (!layer.rate.known() || !layer.inner.makes(rendition.spatial)) {
    rates.up_to.push_back(usual_rate(track, rendition));
    return rates;
  }
  rates.pictures_per_second = layer.rate.pictures_per_second();
  for (size_t t = 0; t < layer.rate.temporal_layers(); ++t)
    rates.up_to.push_back(layer.rate.up_to({rendition.spatial, static_cast<uint8_t>(t)}));
  return rates;
}

SlotDemand demand_of(Instant now, const Slot& slot, const Track& track) {
  SlotDemand demand{.content = *slot.content,
                    .focus = slot.focus,
                    .wanted = slot.wanted,
                    .largest = {track.publication.width, track.publication.height},
                    .layers = {}};
  for (const Rendition& r : track.renditions()) demand.layers.push_back(rates_of(now, track, r));
  return demand;
}

bool reports_count(const Participant& receiver) {
  return std::ranges::any_of(receiver.slots, [](const auto& slot) {
    return HeaderWriter::counted(slot->sender.section());
  });
}

}  // namespace

// Receivers that never report cost nothing here and get what they want.
void Room::Impl::handle_transport_feedback(Instant now, Participant& from,
                                           const rtc::TransportFeedback& feedback, Egress& out) {
  if (!settings.adapts) return;
  auto& downlink = from.connection.downlink;
  if (!downlink) {
    if (!from.connection.connected || !reports_count(from)) return;
    downlink = std::make_unique<Downlink>(now, settings.downlink);
    share_out(now, from, out);
  }
  downlink->feedback(now, feedback);
  tend(now, from, out);
}

void Room::Impl::tend_downlinks(Instant now, Egress& out) {
  next_downlink = Instant::never();
  for (const auto& participant : participants) {
    const auto& downlink = participant->connection.downlink;
    if (!downlink) continue;
    if (downlink->next_due(now) <= now) tend(now, *participant, out);
    next_downlink = std::min(next_downlink, downlink->next_due(now));
  }
}

void Room::Impl::tend(Instant now, Participant& receiver, Egress& out) {
  Downlink& downlink = *receiver.connection.downlink;
  for (const auto& slot : receiver.slots) {
    if (std::exchange(slot->stalled, false)) start_over(now, *slot, out);
  }
  if (downlink.due(now)) share_out(now, receiver, out);
  send_held(now, receiver.connection, out);
  send_probe(now, receiver, out);
  next_downlink = std::min(next_downlink, downlink.next_due(now));
}

// More waited than the path carries in any useful time: the picture goes on with another key frame.
void Room::Impl::start_over(Instant now, Slot& slot, Egress& out) {
  detach(slot);
  if (retarget(now, slot)) request_key_frame(now, *slot.target, out);
}

// Nothing while it is switched off.
rtc::BitRate Room::Impl::voice_rate(Instant now, const Track& track) {
  const Layer& layer = *track.layers[0];
  return layer.flowing(now) ? layer.rate.all() : rtc::BitRate{};
}

void Room::Impl::share_out(Instant now, Participant& receiver, Egress& out) {
  flush(now, out);
  VoiceRates voices;
  std::vector<Slot*> slots;
  for (const auto& slot : receiver.slots) {
    const Track* track = track_of(slot->content);
    if (!track) continue;
    if (slot->kind() == rtc::MediaKind::video) {
      slots.push_back(slot.get());
    } else {
      voices.sent = voices.sent + voice_rate(now, *track);
    }
  }
  for (const Content& voice : receiver.voices_held_back) {
    if (const Track* track = track_of(voice))
      voices.held_back = voices.held_back + voice_rate(now, *track);
  }
  std::ranges::stable_sort(slots, {}, &Slot::rank);
  std::vector<SlotDemand> demands;
  for (const Slot* slot : slots) demands.push_back(demand_of(now, *slot, *track_of(slot->content)));
  Downlink& downlink = *receiver.connection.downlink;
  downlink.share(now, voices, demands);
  voices_scarce |= downlink.bandwidth() < voices.sent;
  for (size_t i = 0; i < slots.size(); ++i)
    apply(now, *slots[i], downlink.allocation().slots[i], out);
  tell_held_back(receiver);
}

void Room::Impl::apply(Instant now, Slot& slot, const SlotAllocation& share, Egress& out) {
  slot.held_back = !share.choice;
  if (slot.held_back) return detach(slot);
  const Rendition chosen = track_of(slot.content)->renditions()[share.choice->layer];
  slot.largest_scale = chosen.scale;
  const bool all = share.choice->temporal + 1 >= chosen.layer->rate.temporal_layers();
  slot.limit.temporal = all ? Target::all : static_cast<uint8_t>(share.choice->temporal);
  if (retarget(now, slot)) seek_start(now, slot, out);
  // Too much, until the smaller layer's key frame.
  if (slot.active && slot.active != slot.target && slot.active->scale > chosen.scale)
    slot.sender.set_limit({.temporal = 0});
}

void Room::Impl::tell_held_back(Participant& receiver) {
  std::vector<Content> held = receiver.voices_held_back;
  for (const auto& slot : receiver.slots) {
    if (slot->content && slot->held_back) held.push_back(*slot->content);
  }
  if (held == receiver.held_back) return;
  receiver.held_back = std::move(held);
  receiver.held_back_changed = news = true;
}

void Room::Impl::send_probe(Instant now, Participant& to, Egress& out) {
  Downlink& downlink = *to.connection.downlink;
  size_t left = downlink.probe_due(now);
  if (left == 0) return;
  const auto slot =
      std::ranges::find_if(to.slots, [](const auto& s) { return s->sender.can_pad(); });
  if (slot == to.slots.end()) return downlink.give_up_probe();
  const size_t packet = downlink.packet_size();
  to.connection.probe = downlink.probe();
  while (left > 0) {
    const size_t sent = (*slot)->sender.pad(now, packet, to.connection, out);
    if (sent == 0) {
      downlink.give_up_probe();
      break;
    }
    downlink.probed(sent);
    left -= std::min(left, sent);
  }
  to.connection.probe = 0;
}

void Room::Impl::hold(Instant now, Slot& slot, std::span<const MediaPacket> packets, Egress& out) {
  Downlink& downlink = *slot.connection.downlink;
  for (const MediaPacket& packet : packets) {
    const size_t size = packet.payload.size() + packet_overhead;
    if (downlink.hold({&slot, slot.active->stream, packet.numbers.sequence, size, now})) continue;
    downlink.drop_held(slot);
    slot.stalled = true;
    break;
  }
  send_held(now, slot.connection, out);
  next_downlink = std::min(next_downlink, downlink.next_due(now));
}

void Room::Impl::send_held(Instant now, Connection& to, Egress& out) {
  std::array<uint8_t, limits::max_datagram> memory;
  while (const HeldPacket* held = to.downlink->take_held(now)) {
    Slot* slot = held->slot;
    if (!slot || !slot->active || slot->active->stream != held->stream) continue;
    if (const auto packet = slot->active->history.find(held->sequence, memory))
      slot->sender.forward(now, std::span(&*packet, 1), to, out);
  }
}

DownlinkLoad Room::downlink_load() const {
  DownlinkLoad load;
  for (const auto& participant : impl_->participants) {
    const auto& downlink = participant->connection.downlink;
    if (!downlink) continue;
    ++load.receivers;
    load.held_back += participant->held_back.size();
    load.estimate = load.estimate + downlink->estimate();
  }
  return load;
}

}  // namespace vicino::sfu
