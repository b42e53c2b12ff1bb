#include <algorithm>

#include "sfu/room_impl.h"

namespace vicino::sfu {

Track* Room::Impl::track_of(const std::optional<Content>& content) const {
  const Participant* owner = content ? find(content->participant) : nullptr;
  return owner ? owner->incoming.find(content->source) : nullptr;
}

void Room::Impl::assign_all(Instant now, Egress& out) {
  voices_scarce = false;
  for (const auto& participant : participants) assign_both(now, *participant, out);
}

void Room::Impl::assign_both(Instant now, Participant& receiver, Egress& out) {
  assign(now, receiver, rtc::MediaKind::audio, out);
  assign(now, receiver, rtc::MediaKind::video, out);
}

void Room::Impl::assign(Instant now, Participant& receiver, rtc::MediaKind kind, Egress& out) {
  std::vector<Slot*> slots;
  std::vector<std::optional<Content>> current;
  for (const auto& slot : receiver.slots) {
    if (slot->kind() != kind) continue;
    slots.push_back(slot.get());
    current.push_back(slot->content);
  }
  if (slots.empty()) return;
  const auto next = assign_slots(current, desired(now, receiver, kind, slots.size()));
  const bool shared = kind == rtc::MediaKind::video && receiver.connection.downlink;
  for (size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = *slots[i];
    if (next[i] != slot.content) {
      detach(slot);
      slot.held_back = false;
      slot.content = next[i];
      receiver.slots_changed = news = true;
    }
    rank(receiver, slot);
    if (!shared && retarget(now, slot)) seek_start(now, slot, out);
  }
  if (shared) share_out(now, receiver, out);
  if (kind == rtc::MediaKind::audio) tell_held_back(receiver);
}

std::vector<Content> Room::Impl::desired(Instant now, Participant& receiver, rtc::MediaKind kind,
                                         size_t slots) {
  if (kind == rtc::MediaKind::video && !receiver.receives_everything) return wanted_video(receiver);
  std::vector<Content> all = others_tracks(receiver, kind);
  if (kind == rtc::MediaKind::video) return all;
  receiver.voices_held_back.clear();
  if (all.size() <= slots && !receiver.connection.downlink) return all;
  const size_t count = all.size();
  all = audible(now, receiver, all, slots);
  voices_scarce |= all.size() < count;
  return all;
}

// In order of arrival.
std::vector<Content> Room::Impl::others_tracks(const Participant& receiver,
                                               rtc::MediaKind kind) const {
  std::vector<Content> all;
  for (const auto& other : participants) {
    if (other.get() == &receiver) continue;
    if (receiver.receives_everything && !receiver.peer_name.empty() &&
        receiver.peer_name == other->peer_name)
      continue;
    const auto first = static_cast<std::ptrdiff_t>(all.size());
    for (const auto& track : other->incoming.tracks) {
      const Content content{other->id(), track->publication.source};
      if (track->kind() == kind && std::find(all.begin() + first, all.end(), content) == all.end())
        all.push_back(content);
    }
  }
  return all;
}

std::vector<Content> Room::Impl::wanted_video(const Participant& receiver) const {
  std::vector<Content> wanted;
  for (const Want& want : receiver.wants) {
    const Content content{want.participant, want.source};
    if (kind_of(want.source) != rtc::MediaKind::video || want.participant == receiver.id())
      continue;
    if (!track_of(content) || std::ranges::find(wanted, content) != wanted.end()) continue;
    wanted.push_back(content);
  }
  return wanted;
}

// The loudest. Of those that the path doesn't carry together all would come with gaps.
std::vector<Content> Room::Impl::audible(Instant now, Participant& receiver,
                                         std::span<const Content> contents, size_t slots) const {
  std::vector<Voice> voices;
  for (const Content& content : contents) {
    const bool heard = std::ranges::any_of(
        receiver.slots, [&](const auto& slot) { return slot->content == content; });
    const Track& track = *track_of(content);
    const SpeakerLevel& level = track.level;
    voices.push_back({heard, level.spoke_recently(now), level.loudness(now), level.last_spoke(),
                      voice_rate(now, track)});
  }
  const std::vector<size_t> loudest = pick_voices(voices, slots);
  std::vector<Voice> in_order;
  for (const size_t index : loudest) in_order.push_back(voices[index]);
  const auto& downlink = receiver.connection.downlink;
  const std::vector<bool> fitting = downlink ? fitting_voices(in_order, downlink->bandwidth())
                                             : std::vector(loudest.size(), true);
  std::vector<Content> chosen;
  for (size_t i = 0; i < loudest.size(); ++i)
    (fitting[i] ? chosen : receiver.voices_held_back).push_back(contents[loudest[i]]);
  return chosen;
}

void Room::Impl::choose_voices(Instant now, Egress& out) {
  next_voices = Instant::never();
  if (!voices_scarce) return;
  last_voices = now;
  voices_scarce = false;
  for (const auto& participant : participants)
    assign(now, *participant, rtc::MediaKind::audio, out);
}

// What the receiver says of the slot's content.
void Room::Impl::rank(const Participant& receiver, Slot& slot) {
  slot.wanted = {UINT16_MAX, UINT16_MAX};
  slot.rank = receiver.wants.size();
  slot.focus = false;
  if (receiver.receives_everything || !slot.content) return;
  const auto want = std::ranges::find_if(receiver.wants, [&](const Want& w) {
    return Content{w.participant, w.source} == *slot.content;
  });
  if (want == receiver.wants.end()) return;
  slot.wanted = {want->width, want->height};
  slot.rank = static_cast<size_t>(want - receiver.wants.begin());
  slot.focus = want->focus;
}

void Room::Impl::detach(Slot& slot) {
  if (slot.active) std::erase(slot.active->receivers, &slot);
  if (slot.target && slot.target != slot.active) std::erase(slot.target->receivers, &slot);
  slot.active = slot.target = nullptr;
  unwish(slot);
}

void Room::Impl::unwish(Slot& slot) {
  if (slot.wish) --slot.wish->layer->watch[slot.wish->spatial].wishes;
  slot.wish.reset();
}

void Room::Impl::wish(Instant now, Slot& slot, const Rendition& wished) {
  if (slot.wish && slot.wish->layer == wished.layer && slot.wish->spatial == wished.spatial) return;
  unwish(slot);
  slot.wish = wished;
  ++wished.layer->watch[wished.spatial].wishes;
  resume(now, wished);
}

// Points the slot at the rendition it should get now; true when that is of another layer, whose
// next key frame it has to wait for. What it gets goes on until then; a slot that shows nothing
// takes what flows, rather than wait for what a publisher may not be able to send.
bool Room::Impl::retarget(Instant now, Slot& slot) {
  Track* track = track_of(slot.content);
  if (!track || slot.held_back) {
    detach(slot);
    return false;
  }
  const double largest = slot.largest_scale.value_or(1);
  wish(now, slot, track->choose_any(slot.wanted, largest));
  const Rendition chosen = slot.active ? track->choose(now, slot.wanted, largest)
                                       : track->choose_flowing(now, slot.wanted, largest);
  Layer* const layer = chosen.layer;
  slot.limit.spatial = chosen.spatial;
  if (slot.active == layer) slot.sender.set_limit(slot.limit);
  if (slot.target == layer) return false;
  if (slot.target && slot.target != slot.active) std::erase(slot.target->receivers, &slot);
  slot.target = layer;
  if (layer == slot.active) return false;
  layer->receivers.push_back(&slot);
  resume(now, chosen);
  return true;
}

void Room::Impl::retarget_all(Instant now, const Track& track) {
  const Content content{track.owner, track.publication.source};
  for (const auto& participant : participants) {
    for (const auto& slot : participant->slots) {
      if (slot->content == content) retarget(now, *slot);
    }
  }
}

}  // namespace vicino::sfu
