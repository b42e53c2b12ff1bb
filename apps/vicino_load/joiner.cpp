#include "joiner.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/encoding.h"
#include "net/clock.h"

namespace vicino::load {
namespace {

rtc::TransportParameters fresh_transport(const rtc::Fingerprint& fingerprint,
                                         const Address& address) {
  net::OsRandom random;
  std::array<uint8_t, 20> secret;
  random.fill(secret);
  const std::string text = to_hex(secret);
  return {text.substr(0, 8), text.substr(8), fingerprint, {address}};
}

std::string peer_name(uint32_t participant) {
  return "p" + std::to_string(participant);
}

}  // namespace

std::string Joiner::first_failure() const {
  const std::lock_guard lock(mutex_);
  return first_failure_;
}

Histogram Joiner::signalling() const {
  const std::lock_guard lock(mutex_);
  return signalling_;
}

void Joiner::note_failure(std::string why) {
  ++failed_;
  const std::lock_guard lock(mutex_);
  if (first_failure_.empty()) first_failure_ = std::move(why);
}

// Jobs begin `per_second` apart at the earliest; 0: as fast as the threads can.
void Joiner::at_pace(size_t count, double per_second, const std::function<void(size_t)>& job) {
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) {
      if (per_second > 0) {
        std::this_thread::sleep_until(
            begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(i) / per_second)));
      }
      job(i);
    }
  };
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::min(settings_.threads, count); ++i) threads.emplace_back(work);
}

void Joiner::join_publishers(size_t first) {
  publishers_.assign(plan_.rooms.size(), {});
  at_pace(plan_.publishers.size(), settings_.ramp,
          [&](size_t i) { join(plan_.publishers[i], first + i, true); });
}

void Joiner::join_subscribers(const std::vector<PlannedPeer>& peers, size_t first) {
  at_pace(peers.size(), settings_.ramp, [&](size_t i) { join(peers[i], first + i, false); });
}

Outcome<Connection> Joiner::enter(const PlannedPeer& planned, bool publisher,
                                  const rtc::TransportParameters& local,
                                  const std::vector<Track>& tracks) {
  const std::string& room = plan_.rooms[planned.room];
  if (publisher) return target_.publish({room, peer_name(planned.participant), local, tracks});
  SubscribeRequest request{
      room, peer_name(planned.participant), local, planned.audio_slots, planned.video_slots, {}};
  {
    const std::lock_guard lock(mutex_);
    request.publishers = publishers_[planned.room];
    for (const auto& [participant, id] : own_ids_) {
      if (participant == planned.participant) std::erase(request.publishers, id);
    }
  }
  return target_.subscribe(request);
}

void Joiner::join(const PlannedPeer& planned, size_t peer, bool publisher) {
  const rtc::TransportParameters local =
      fresh_transport(fingerprint_, engine_.ports().address_of(peer));
  std::vector<Track> tracks = planned.tracks;
  net::OsRandom random;
  for (Track& track : tracks) {
    for (Encoding& encoding : track.encodings) encoding.ssrc = random.u32() | 1;
  }
  const Instant since = net::now();
  auto connection = enter(planned, publisher, local, tracks);
  if (!connection) return note_failure(std::move(connection.error()));
  {
    const std::lock_guard lock(mutex_);
    signalling_.add(static_cast<uint64_t>((net::now() - since).us) * 1000);
    entered_.emplace_back(peer, *connection);
    if (publisher) {
      publishers_[planned.room].push_back(connection->id);
      own_ids_.emplace_back(planned.participant, connection->id);
    }
  }
  ClientSetup setup{.room = planned.room,
                    .participant = planned.participant,
                    .counted = planned.counted,
                    .nack = settings_.nack,
                    .local = local,
                    .connection = std::move(*connection),
                    .streams = {},
                    .joining_since = since};
  setup.streams = streams_of(planned, setup.connection, tracks);
  engine_.add(peer, std::move(setup));
}

std::vector<StreamSetup> Joiner::streams_of(const PlannedPeer& planned,
                                            const Connection& connection,
                                            const std::vector<Track>& tracks) const {
  std::vector<StreamSetup> streams;
  for (size_t t = 0; t < tracks.size(); ++t) {
    const rtc::MediaSection& section = connection.sections[t];
    for (size_t e = 0; e < tracks[t].encodings.size(); ++e) {
      streams.push_back({.shape = shape_of(settings_, tracks[t].content, e),
                         .publisher = planned.publisher,
                         .track = static_cast<uint8_t>(t),
                         .encoding = static_cast<uint8_t>(e),
                         .ssrc = tracks[t].encodings[e].ssrc,
                         .mid = section.mid,
                         .rid = tracks[t].encodings[e].rid,
                         .payload_type = section.codecs.front().payload_type,
                         .extensions = section.extensions,
                         .transport_cc = section.transport_cc});
    }
  }
  return streams;
}

void Joiner::leave(size_t from) {
  const auto rest =
      std::ranges::partition(entered_, [&](const auto& entry) { return entry.first < from; });
  const std::vector<std::pair<size_t, Connection>> leaving(std::move_iterator(rest.begin()),
                                                           std::move_iterator(rest.end()));
  entered_.erase(rest.begin(), rest.end());
  for (const auto& [peer, connection] : leaving) engine_.remove(peer);
  at_pace(leaving.size(), 0, [&](size_t i) {
    if (const auto left = target_.leave(leaving[i].second); !left) note_failure(left.error());
  });
}

}  // namespace vicino::load
