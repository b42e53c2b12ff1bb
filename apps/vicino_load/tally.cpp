#include "tally.h"

#include <optional>

namespace vicino::load {
namespace {

// What was sent of each publisher's tracks in measured time. Only of tracks with one encoding.
struct SentTracks {
  std::vector<uint64_t> packets;  // by publisher and track
  std::vector<bool> simulcast;
  std::vector<size_t> first;  // of each publisher
};

SentTracks sent_tracks(const Engine& engine) {
  SentTracks sent;
  size_t tracks = 0;
  for (const auto& publisher : engine.directory().publishers) {
    sent.first.push_back(tracks);
    tracks += publisher.tracks;
  }
  sent.packets.resize(tracks);
  sent.simulcast.resize(tracks);
  for (const auto& client : engine.clients()) {
    if (!client) continue;
    for (const SendStream& stream : client->streams()) {
      const size_t track = sent.first[stream.setup().publisher] + stream.setup().track;
      sent.packets[track] += stream.measured();
      if (stream.setup().encoding > 0) sent.simulcast[track] = true;
    }
  }
  return sent;
}

uint64_t expected_of(const Client& client, const Directory& directory, const SentTracks& sent) {
  uint64_t expected = 0;
  for (size_t p = 0; p < directory.publishers.size(); ++p) {
    const Directory::Publisher& publisher = directory.publishers[p];
    if (publisher.room != client.setup().room ||
        publisher.participant == client.setup().participant)
      continue;
    for (uint32_t t = 0; t < publisher.tracks; ++t) {
      const size_t track = sent.first[p] + t;
      expected += sent.simulcast[track] ? client.track(publisher.first_track + t).in_runs()
                                        : sent.packets[track];
    }
  }
  return expected;
}

void add_publisher(const Client& client, Tally& sum) {
  if (client.state() == Client::State::connected) ++sum.publishers;
  sum.key_frame_requests += client.key_frame_requests();
  for (const SendStream& stream : client.streams()) {
    sum.sent += stream.sent();
    sum.sent_measured += stream.measured();
    sum.frames += stream.frames();
    sum.key_frames += stream.key_frames();
    sum.frames_left_out += stream.left_out();
  }
}

void add_subscriber(const Client& client, const Directory& directory, const SentTracks& sent,
                    Tally& sum) {
  if (!client.setup().counted) {
    sum.bystanders_bad += client.counts().bad_stamp + client.counts().unauthenticated;
  } else {
    if (client.state() == Client::State::connected) ++sum.subscribers;
    if (client.first_packet_at()) ++sum.with_media;
    sum.received.add(client.counts());
    if (client.connected_at()) sum.received.expected += expected_of(client, directory, sent);
  }
  if (client.first_packet_at()) {
    sum.join.add(
        static_cast<uint64_t>((*client.first_packet_at() - client.setup().joining_since).us) *
        1000);
  }
}

}  // namespace

Tally tally(const Engine& engine) {
  Tally sum;
  const SentTracks sent = sent_tracks(engine);
  std::optional<size_t> tag;
  for (const auto& client : engine.clients()) {
    if (!client) continue;
    if (client->state() == Client::State::lost) ++sum.lost;
    if (client->connected_at()) {
      sum.connect.add(
          static_cast<uint64_t>((*client->connected_at() - client->setup().joining_since).us) *
          1000);
    }
    if (client->tag_bytes() > 0)
      tag = tag.value_or(client->tag_bytes()) == client->tag_bytes() ? client->tag_bytes() : 0;
    if (client->subscriber()) {
      add_subscriber(*client, engine.directory(), sent, sum);
    } else {
      add_publisher(*client, sum);
    }
  }
  sum.tag_bytes = tag.value_or(0);
  sum.late_frames = engine.late_frames();
  sum.send_drops = engine.send_drops();
  sum.receive_drops = engine.receive_drops();
  sum.delays = engine.delays();
  return sum;
}

}  // namespace vicino::load
