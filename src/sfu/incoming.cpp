#include "sfu/incoming.h"

#include <algorithm>

namespace vicino::sfu {
namespace {

constexpr size_t audio_history = PacketHistory::min_packets;  // 1.3 s of 20 ms packets

size_t layer_count(const Publication& p) {
  const size_t count =
      p.section.rids.empty() ? p.section.remote_ssrcs.size() : p.section.rids.size();
  return std::clamp<size_t>(count, 1, Incoming::max_layers);
}

const rtc::CodecMapping* find_codec(const rtc::MediaSection& section, uint8_t payload_type) {
  const auto it = std::ranges::find(section.codecs, payload_type, &rtc::CodecMapping::payload_type);
  return it == section.codecs.end() ? nullptr : &*it;
}
const rtc::CodecMapping* find_retransmitted(const rtc::MediaSection& section,
                                            uint8_t payload_type) {
  const auto it = std::ranges::find(section.codecs, std::optional(payload_type),
                                    &rtc::CodecMapping::rtx_payload_type);
  return it == section.codecs.end() ? nullptr : &*it;
}
bool carries(const rtc::MediaSection& section, uint8_t payload_type) {
  return find_codec(section, payload_type) || find_retransmitted(section, payload_type);
}

// The smallest is always among them.
template <class Comes>
Rendition choose_of(const Track& track, Size wanted, double largest_scale, const Comes& comes) {
  std::vector<Rendition> all = track.renditions();
  const double smallest = std::ranges::min(all, {}, &Rendition::scale).scale;
  std::erase_if(all,
                [&](const Rendition& r) { return r.scale > std::max(smallest, largest_scale); });
  std::vector<LayerOption> options;
  for (const Rendition& r : all) options.push_back({r.scale, comes(r)});
  const Size largest{track.publication.width, track.publication.height};
  return all[choose_layer(options, largest, wanted)];
}

}  // namespace

Layer::Layer(Track& of, size_t number, HistoryMemory& memory)
    : track(of),
      index(number),
      scale(layer_scale(of.publication.section.rids, number)),
      history(of.kind() == rtc::MediaKind::video ? limits::max_rtx_packets : audio_history,
              memory) {}

void Layer::restart(StreamKey key) {
  stream = key;
  unwrapper = {};
  inner.restart();
  history.clear();
  nacks = {};
  reception = {};
  clock.reset();
  last_key_frame.reset();
}

Track::Track(ParticipantId by, Publication what, StreamKey& next_stream, HistoryMemory& memory)
    : owner(by), publication(std::move(what)) {
  for (size_t i = 0; i < layer_count(publication); ++i) {
    layers.push_back(std::make_unique<Layer>(*this, i, memory));
    layers.back()->stream = next_stream++;
  }
}

std::vector<Rendition> Track::renditions() const {
  std::vector<Rendition> all;
  for (const auto& layer : layers) {
    for (uint8_t s = 0; s < layer->inner.spatial_layers(); ++s)
      all.push_back({layer.get(), s, layer->scale * layer->inner.scale(s)});
  }
  return all;
}

uint32_t Track::coming_now(Instant now) const {
  static_assert(Incoming::max_layers * Target::spatial_layers <= 32);
  uint32_t mask = 0;
  for (const auto& layer : layers) {
    for (uint8_t s = 0; s < layer->inner.spatial_layers(); ++s)
      mask |= uint32_t{layer->coming(now, s)} << (layer->index * Target::spatial_layers + s);
  }
  return mask;
}

Rendition Track::choose(Instant now, Size wanted, double largest_scale) const {
  return choose_of(*this, wanted, largest_scale, [&](const Rendition& r) { return r.coming(now); });
}

Rendition Track::choose_flowing(Instant now, Size wanted, double largest_scale) const {
  const auto flows = [&](const Rendition& r) { return r.flowing(now); };
  const Rendition chosen = choose_of(*this, wanted, largest_scale, flows);
  return chosen.flowing(now) ? chosen : choose(now, wanted, largest_scale);
}

Rendition Track::choose_any(Size wanted, double largest_scale) const {
  return choose_of(*this, wanted, largest_scale, [](const Rendition&) { return true; });
}

Incoming::Incoming(ParticipantId owner, std::vector<Publication> publications,
                   StreamKey& next_stream, HistoryMemory& memory)
    : next_stream_(next_stream) {
  for (Publication& p : publications) {
    const auto& track =
        tracks.emplace_back(std::make_unique<Track>(owner, std::move(p), next_stream, memory));
    const rtc::MediaSection& section = track->publication.section;
    if (transport_cc_id_ == 0 && section.transport_cc)
      transport_cc_id_ = section.extensions.transport_cc;
    if (!section.rids.empty()) continue;  // which SSRC is which layer, only the packets say
    for (size_t i = 0; i < std::min(section.remote_ssrcs.size(), track->layers.size()); ++i) {
      set({section.remote_ssrcs[i], track->layers[i].get(), false});
      if (i < section.remote_rtx_ssrcs.size() && section.remote_rtx_ssrcs[i] != 0)
        set({section.remote_rtx_ssrcs[i], track->layers[i].get(), true});
    }
  }
}

Track* Incoming::find(Source source) const {
  const auto it =
      std::ranges::find_if(tracks, [&](const auto& t) { return t->publication.source == source; });
  return it == tracks.end() ? nullptr : it->get();
}

std::vector<WatchedLayer> Incoming::watched() const {
  std::vector<WatchedLayer> all;
  for (const auto& track : tracks) {
    if (track->kind() != rtc::MediaKind::video) continue;
    const auto& rids = track->publication.section.rids;
    for (const auto& layer : track->layers) {
      const std::string rid = layer->index < rids.size() ? rids[layer->index] : "";
      const uint8_t inside = layer->inner.spatial_layers();
      for (uint8_t s = 0; s < inside; ++s) {
        if (layer->watch[s].paused) continue;
        all.push_back({track->publication.source, inside > 1 ? std::to_string(s) : rid});
      }
    }
  }
  return all;
}

Layer* Incoming::find_ssrc(uint32_t ssrc) const {
  for (const Binding& b : bindings_) {
    if (b.ssrc == ssrc) return b.retransmission ? nullptr : b.layer;
  }
  return nullptr;
}

// Two m-lines can't announce one SSRC: the first has it.
void Incoming::set(const Binding& binding) {
  if (std::ranges::find(bindings_, binding.ssrc, &Binding::ssrc) != bindings_.end()) return;
  auto& of_layer = binding.retransmission ? binding.layer->rtx_ssrc : binding.layer->ssrc;
  if (of_layer) std::erase_if(bindings_, [&](const Binding& b) { return b.ssrc == *of_layer; });
  of_layer = binding.ssrc;
  bindings_.push_back(binding);
}

Track* Incoming::track_of(const rtc::RtpPacket& packet) const {
  Track* only = nullptr;
  size_t possible = 0;
  for (const auto& track : tracks) {
    const rtc::MediaSection& section = track->publication.section;
    if (const auto mid = packet.extension(section.extensions.mid)) {
      if (as_text(*mid) == section.mid) return track.get();
      continue;  // names another m-line
    }
    if (!carries(section, packet.payload_type())) continue;
    only = track.get();
    ++possible;
  }
  return possible == 1 ? only : nullptr;
}

Result<Incoming::Binding> Incoming::bind(Instant now, const rtc::RtpPacket& packet,
                                         Layer*& rebound) {
  Track* track = track_of(packet);
  if (!track) return fail(Errc::not_found, "RTP stream of no m-line");
  const rtc::MediaSection& section = track->publication.section;
  const bool retransmission = find_retransmitted(section, packet.payload_type()) != nullptr;
  if (!retransmission && !find_codec(section, packet.payload_type()))
    return fail(Errc::unsupported, "RTP payload type");
  Layer* layer = track->layers[0].get();
  if (!section.rids.empty()) {
    auto rid =
        packet.extension(retransmission ? section.extensions.repaired_rid : section.extensions.rid);
    if (!rid) return fail(Errc::not_found, "simulcast stream without a rid");
    const auto it = std::ranges::find(section.rids, as_text(*rid));
    const auto index = static_cast<size_t>(it - section.rids.begin());
    if (index >= track->layers.size()) return fail(Errc::not_found, "simulcast stream of no layer");
    layer = track->layers[index].get();
  } else if (track->layers.size() > 1) {
    return fail(Errc::not_found, "RTP stream of no announced layer");
  }
  const Binding binding{packet.ssrc(), layer, retransmission};
  if (!retransmission && layer->last_packet) {
    if (now - *layer->last_packet < takeover_silence)
      return fail(Errc::bad_state, "the layer is sent under another SSRC");
    rebound = layer;
    layer->restart(next_stream_++);
  }
  set(binding);
  return binding;
}

// What is inside the stream; one that can't be read is one without layers.
void Incoming::read_layers(Arrival& arrival) {
  MediaPacket& media = arrival.packet;
  const auto frame = arrival.layer->inner.read(media.numbers.sequence, media.dependency_descriptor);
  if (!frame) return;
  arrival.restructured = frame->restructured;
  media.info.spatial_layer = frame->spatial;
  media.info.temporal_layer = frame->temporal;
  media.targets = frame->targets;
}

Result<Arrival> Incoming::recognise(Instant now, const rtc::RtpPacket& packet, Layer*& rebound) {
  const auto known = std::ranges::find(bindings_, packet.ssrc(), &Binding::ssrc);
  Binding binding{};
  if (known != bindings_.end()) {
    binding = *known;
  } else {
    TRY_ASSIGN(binding, bind(now, packet, rebound));
  }
  Layer& layer = *binding.layer;
  const rtc::MediaSection& section = layer.track.publication.section;
  Arrival arrival{&layer, binding.retransmission, false, false, {}};
  MediaPacket& media = arrival.packet;
  media.marker = packet.marker();
  media.payload = packet.payload();
  uint16_t sequence = packet.sequence();
  if (binding.retransmission) {
    // RFC 4588 section 4: the original's sequence number comes first.
    media.codec = find_retransmitted(section, packet.payload_type());
    arrival.probe = media.payload.empty();
    if (!media.codec) return fail(Errc::unsupported, "RTP payload type of a retransmission");
    if (arrival.probe) return arrival;
    if (media.payload.size() < 2) return fail(Errc::truncated, "retransmitted packet");
    if (!layer.last_packet) return fail(Errc::not_found, "retransmission of a stream never seen");
    sequence = load16(media.payload.data());
    media.payload = media.payload.subspan(2);
  } else {
    media.codec = find_codec(section, packet.payload_type());
    if (!media.codec) return fail(Errc::unsupported, "RTP payload type");
  }
  if (const auto level = packet.extension(section.extensions.audio_level))
    media.audio_level = *level;
  if (const auto dd = packet.extension(section.extensions.dependency_descriptor))
    media.dependency_descriptor = *dd;
  if (!media.payload.empty()) {
    TRY_ASSIGN(media.info,
               rtc::describe(media.codec->codec, media.payload, media.dependency_descriptor));
  }
  // After everything that can refuse the packet: a refused one moves no counter.
  media.numbers.sequence = layer.unwrapper.unwrap(sequence);
  media.numbers.timestamp = packet.timestamp();
  media.numbers.picture_id = media.info.picture_id.value_or(0);
  media.numbers.tl0_picture_index = media.info.tl0_picture_index.value_or(0);
  if (const auto fields = rtc::read_dependency_fields(media.dependency_descriptor)) {
    media.numbers.frame_number = fields->frame_number;
    read_layers(arrival);
  }
  return arrival;
}

}  // namespace vicino::sfu
