// What publishers are told: which of their layers anybody gets. And everybody: whose media is lost
// on its way here.
#include <algorithm>
#include <span>

#include "sfu/room_impl.h"

namespace vicino::sfu {
namespace {

// Whether somebody gets this or a larger spatial layer of the stream, or would.
bool is_wanted(const Rendition& rendition) {
  const Layer& layer = *rendition.layer;
  const auto from_here = std::span(layer.watch).subspan(rendition.spatial);
  return std::ranges::any_of(from_here, [](const auto& watch) { return watch.wishes > 0; }) ||
         std::ranges::any_of(layer.receivers, [&](const Slot* slot) {
           return slot->limit.spatial >= rendition.spatial;
         });
}

}  // namespace

// With what it builds on.
void Room::Impl::resume(Instant now, const Rendition& wanted) {
  for (size_t s = 0; s <= wanted.spatial; ++s) {
    Layer::Watch& watch = wanted.layer->watch[s];
    watch.unwatched_since.reset();
    if (!watch.paused) continue;
    watch.paused = false;
    watch.resumed_at = now;
    find(wanted.layer->track.owner)->watched_changed = news = true;
  }
}

void Room::Impl::review_watched(Instant now, Participant& publisher) {
  if (!publisher.follows_watched) return;
  for (const auto& track : publisher.incoming.tracks) {
    if (track->kind() != rtc::MediaKind::video) continue;
    for (const Rendition& rendition : track->renditions()) {
      if (spread || is_wanted(rendition)) {
        resume(now, rendition);
        continue;
      }
      Layer::Watch& watch = rendition.layer->watch[rendition.spatial];
      if (!watch.unwatched_since) watch.unwatched_since = now;
      if (watch.paused || now - *watch.unwatched_since < unwatched_time) continue;
      watch.paused = true;
      watch.resumed_at.reset();
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
