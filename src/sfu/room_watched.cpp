// What publishers are told: which of their layers anybody gets. And everybody: whose media is lost
// on its way here.
#include "sfu/room_impl.h"

namespace vicino::sfu {

void Room::Impl::resume(Instant now, Layer& layer) {
  layer.unwatched_since.reset();
  if (!layer.paused) return;
  layer.paused = false;
  layer.resumed_at = now;
  find(layer.track.owner)->watched_changed = news = true;
}

void Room::Impl::review_watched(Instant now, Participant& publisher) {
  if (!publisher.follows_watched) return;
  for (const auto& track : publisher.incoming.tracks) {
    if (track->kind() != rtc::MediaKind::video) continue;
    for (const auto& layer : track->layers) {
      if (spread || layer->wishes > 0 || !layer->receivers.empty()) {
        resume(now, *layer);
        continue;
      }
      if (!layer->unwatched_since) layer->unwatched_since = now;
      if (layer->paused || now - *layer->unwatched_since < unwatched_time) continue;
      layer->paused = true;
      layer->resumed_at.reset();
      publisher.watched_changed = news = true;
    }
  }
}

void Room::Impl::review_uplinks(Instant now) {
  next_uplinks = now + uplinks_interval;
  std::vector<Uplink> poor;
  for (const auto& participant : participants) {
    int64_t expected = 0, received = 0;
    for (const auto& track : participant->incoming.tracks) {
      for (const auto& layer : track->layers) {
        expected += layer->reception.expected();
        received += layer->reception.received();
      }
    }
    participant->uplink.review(expected, received);
    if (const auto permille = participant->uplink.poor_permille())
      poor.push_back({participant->id(), *permille});
  }
  if (poor == poor_uplinks) return;
  poor_uplinks = std::move(poor);
  std::vector<ParticipantId> everybody;
  for (const auto& participant : participants) {
    if (participant->connection.connected) everybody.push_back(participant->id());
  }
  tell_uplinks(std::move(everybody));
}

void Room::Impl::tell_uplinks(std::vector<ParticipantId> to) {
  uplinks_news.push_back({std::move(to), poor_uplinks});
  news = true;
}

}  // namespace vicino::sfu
