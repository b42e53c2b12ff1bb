// What one participant sends: its tracks, their layers, and which SSRC is which of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "rtc/nack.h"
#include "rtc/rtp.h"
#include "sfu/history.h"
#include "sfu/layered_stream.h"
#include "sfu/layers.h"
#include "sfu/queue.h"
#include "sfu/rate_meter.h"
#include "sfu/reception.h"
#include "sfu/rewriter.h"
#include "sfu/speaker.h"
#include "sfu/types.h"

namespace vicino::sfu {

struct Slot;
struct Track;

// One incoming RTP stream: a track's only one, or one of its simulcast layers. It may have layers
// inside itself (SVC).
struct Layer {
  Layer(Track& of, size_t number, HistoryMemory& memory);
  // The layer goes on under another SSRC.
  void restart(StreamKey key);

  Track& track;
  size_t index;  // in Track::layers
  double scale;
  std::optional<uint32_t> ssrc, rtx_ssrc;
  StreamKey stream = 0;  // changes with the SSRC

  rtc::SequenceUnwrapper unwrapper;
  LayeredStream inner;
  PacketHistory history;
  rtc::NackGenerator nacks;
  bool watched = false;  // `nacks` is fed: somebody gets this stream
  Reception reception;
  RateMeter rate;
  const rtc::CodecMapping* codec = nullptr;  // of the newest packet
  struct Clock {                             // from the last sender report
    int64_t server_us;                       // on the server's clock
    uint32_t timestamp;
  };
  std::optional<Clock> clock;

  std::optional<Instant> last_packet;
  std::optional<Instant> silent_since;  // when another layer of the track went on without this one
  std::optional<Instant> last_key_request;
  struct KeyFrame {
    int64_t sequence;  // of its first packet
    Instant arrived;
  };
  std::optional<KeyFrame> last_key_frame;
  bool key_frame_wanted = false;  // some receiver asked; until the next key frame
  PacketQueue queue;              // arrived in this batch and not passed on yet
  std::vector<Slot*> receivers;   // slots that get this layer or wait for its next key frame

  struct Watch {
    size_t wishes = 0;                       // slots that would get it if it came
    std::optional<Instant> unwatched_since;  // without wishes and receivers
    bool paused = false;                     // its sender was told that nobody watches
    std::optional<Instant> resumed_at;       // ... and then that somebody does
  };
  // By spatial layer inside of it; the first stands for all of the stream.
  std::array<Watch, Target::spatial_layers> watch{};

  bool flowing(Instant now) const {
    return last_packet && !(silent_since && now - *silent_since >= silence);
  }
  // Flows, or should in a moment, as it was asked for.
  bool coming(Instant now, uint8_t spatial) const {
    const auto& resumed = watch[spatial].resumed_at;
    return (flowing(now) && inner.makes(spatial)) || (resumed && now - *resumed < resume_time);
  }
  // An encoder that leaves a layer out goes on with the others. Longer is a longer freeze of those
  // who got it, shorter takes a picture that the sender's pacer holds back for the layer's end.
  static constexpr Duration silence = milliseconds(400);
  // As long as an encoder may take to begin again.
  static constexpr Duration resume_time = seconds(3);
};

// One size that a track's picture can be had in.
struct Rendition {
  Layer* layer;
  uint8_t spatial;  // the highest inside of the layer
  double scale;     // of the track's largest

  bool flowing(Instant now) const { return layer->flowing(now) && layer->inner.makes(spatial); }
  bool coming(Instant now) const { return layer->coming(now, spatial); }
};

struct Track {
  Track(ParticipantId by, Publication what, StreamKey& next_stream, HistoryMemory& memory);

  ParticipantId owner;
  Publication publication;
  std::vector<std::unique_ptr<Layer>> layers;
  SpeakerLevel level;              // audio only
  uint32_t coming_renditions = 0;  // a bit for each, as of the last choice

  rtc::MediaKind kind() const { return kind_of(publication.source); }
  // All there are, in the order of layers and what is inside them.
  std::vector<Rendition> renditions() const;
  uint32_t coming_now(Instant now) const;
  // Of the renditions that come and have this scale at most.
  Rendition choose(Instant now, Size wanted, double largest_scale) const;
  // The same of those that flow; one that should come only where none does.
  Rendition choose_flowing(Instant now, Size wanted, double largest_scale) const;
  // The same if all of them came.
  Rendition choose_any(Size wanted, double largest_scale) const;
};

// A packet that was recognised. `packet.payload` empty: padding.
struct Arrival {
  Layer* layer;
  bool retransmission;
  bool
      probe;  // a retransmission without content, sent to measure bandwidth: `packet` means nothing
  bool restructured;  // the layers inside of the stream are others from here on
  MediaPacket packet;
};

class Incoming {
 public:
  static constexpr size_t max_layers = 8;  // more than any encoder makes; each has a history
  // An SSRC can take a layer over from another one only when that one has been silent for so long.
  static constexpr Duration takeover_silence = milliseconds(500);

  Incoming(ParticipantId owner, std::vector<Publication> publications, StreamKey& next_stream,
           HistoryMemory& memory);

  // Recognises the stream by SSRC, by mid and rid, or by a payload type that only one m-line has
  // (RFC 8843 section 9.2). Errors: not_found (no such stream), bad_state (the layer is sent under
  // another SSRC), unsupported (payload type), malformed, truncated. `rebound`: set when a layer's
  // SSRC changed.
  Result<Arrival> recognise(Instant now, const rtc::RtpPacket& packet, Layer*& rebound);

  std::vector<std::unique_ptr<Track>> tracks;
  Track* find(Source source) const;
  Layer* find_ssrc(uint32_t ssrc) const;      // originals only
  std::vector<WatchedLayer> watched() const;  // of video: the layers that aren't paused
  uint8_t transport_cc_id() const { return transport_cc_id_; }

 private:
  struct Binding {
    uint32_t ssrc;
    Layer* layer;
    bool retransmission;
  };
  Result<Binding> bind(Instant now, const rtc::RtpPacket& packet, Layer*& rebound);
  Track* track_of(const rtc::RtpPacket& packet) const;
  static void read_layers(Arrival& arrival);
  void set(const Binding& binding);

  StreamKey& next_stream_;
  uint8_t transport_cc_id_ = 0;  // RFC 8843 section 9: the same for all m-lines
  std::vector<Binding> bindings_;
};

}  // namespace vicino::sfu
