// One receive slot of a participant: an m-line this server sends on. Keeps the outgoing RTP stream
// whole while what it carries changes.
#pragma once

#include "rtc/peer.h"
#include "sfu/downlink.h"
#include "sfu/header.h"
#include "sfu/incoming.h"
#include "sfu/layer_filter.h"
#include "sfu/repeats.h"
#include "sfu/slots.h"

namespace vicino::sfu {

class Egress;
struct Route;

// What all slots of one connection share.
struct Connection {
  ParticipantId id;
  bool connected = false;
  Route* route = nullptr;           // once connected
  uint16_t transport_sequence = 0;  // of the next packet (transport-wide congestion control)
  std::unique_ptr<Downlink> downlink = nullptr;  // once the receiver reports what arrives
  rtc::ProbeId probe = 0;                        // what goes out now is part of it
  Slot* first_due = nullptr;  // slots that get something of this batch, while it is passed on
  Slot* last_due = nullptr;
};

// Headers, retransmissions and sender reports of one outgoing stream.
class SlotSender {
 public:
  SlotSender(rtc::MediaSection section, SecureRandom& random);

  const rtc::MediaSection& section() const { return section_; }
  // Whether the receiver negotiated this codec for the slot.
  bool accepts(const rtc::CodecMapping& codec) const { return mapping_of(codec) != nullptr; }
  std::optional<StreamKey> stream() const { return rewriter_.stream(); }

  bool idle_since(Instant t) const { return rewriter_.idle_since(t); }

  // `first` of `layer`, which came at `arrived`, starts a new piece. Its timestamp follows the
  // layers' common clock when both layers of one track have one, else the time that passed.
  void begin(Instant arrived, const Layer& layer, const MediaPacket& first, const Layer* before);
  // Sends packets of the current piece; those from before its start or in another codec aren't
  // sent. Rewrites the descriptors in place.
  void forward(Instant now, std::span<const MediaPacket> packets, Connection& to, Egress& out);

  std::optional<Rewriter::Origin> origin_of(uint16_t sent_sequence) const {
    return rewriter_.origin_of(sent_sequence);
  }
  // RFC 4588. False when the receiver didn't negotiate it: the original is never sent twice, as it
  // would use an SRTP nonce twice.
  bool retransmit(Instant now, const Rewriter::Origin& origin, const MediaPacket& packet,
                  Connection& to, Egress& out);
  // Whether a packet that is asked for may be sent again now; if so, it counts as sent.
  bool may_repeat(Instant now, uint16_t sequence, Duration round_trip) {
    return repeats_.may(now, sequence, round_trip);
  }
  // A packet of nothing but padding, on the retransmissions' stream (RFC 4588): for a bandwidth
  // probe, `size` bytes at most. Gives its size on the way; 0: the receiver didn't negotiate that.
  size_t pad(Instant now, size_t size, Connection& to, Egress& out);
  bool can_pad() const { return padding_type().has_value(); }
  // The highest layers to be sent.
  void set_limit(Target highest) {
    filter_.set_limit(highest, rewriter_.last_incoming_timestamp());
  }
  bool waits_for_key_frame() const { return filter_.waits_for_key_frame(); }
  // nullopt before the publisher's own report or the first packet.
  std::optional<rtc::SenderReport> sender_report(Instant now, const Layer& layer) const;
  // The receiver spoke of this stream: it knows the SSRC, the mid needn't be repeated.
  void acknowledge() { acknowledged_ = true; }

 private:
  const rtc::CodecMapping* mapping_of(const rtc::CodecMapping& codec) const;
  HeaderWriter::Values header_of(Instant now, const MediaPacket& packet,
                                 const Connection& to) const;
  std::optional<rtc::ClearRtp> prepare(Instant now, const MediaPacket& packet, Connection& to,
                                       MutBytes memory);
  bool leaves_out(const MediaPacket& packet);
  void count(Instant now, size_t size, Connection& to) const;
  Bytes payload_of(const MediaPacket& packet) const;
  void send(Instant now, std::span<const rtc::ClearRtp> run, Connection& to, Egress& out);
  std::optional<uint8_t> padding_type() const;
  static void rewrite(const MediaPacket& packet, const PacketNumbers& numbers);

  rtc::MediaSection section_;
  Rewriter rewriter_;
  LayerFilter filter_;
  Repeats repeats_;
  HeaderWriter header_;
  // The last answer of mapping_of(), of the current piece.
  const rtc::CodecMapping* incoming_codec_ = nullptr;
  const rtc::CodecMapping* outgoing_codec_ = nullptr;
  rtc::StreamPlace place_ = 0, rtx_place_ = 0;
  Buffer earlier_;  // the last packet, sealed, where voices go out twice
  uint16_t rtx_sequence_;
  bool piece_start_ = false;
  bool acknowledged_ = false;
  uint32_t packets_ = 0, bytes_ = 0;
};

struct Slot {
  Slot(Connection& to, const rtc::MediaSection& section, SecureRandom& random)
      : connection(to), sender(section, random) {}

  Connection& connection;
  SlotSender sender;
  std::optional<Content> content, reported;
  Size wanted{UINT16_MAX, UINT16_MAX};
  size_t rank = 0;  // among what the receiver wants
  bool focus = false;
  // What the path carries: renditions of this scale at most, or nothing at all.
  std::optional<double> largest_scale;
  Target limit;  // inside of `target`
  bool held_back = false;
  bool stalled = false;  // too much of it waited for the path: nothing is sent until it starts over
  Layer* active = nullptr;  // is sent
  Layer* target = nullptr;  // to be sent from its next key frame on; the same as `active` when
                            // nothing is to change
  // What would be sent if all renditions came.
  std::optional<Rendition> wish;
  Slot* next_due = nullptr;  // of the same connection, while a batch is passed on

  rtc::MediaKind kind() const { return sender.section().kind; }
  // Waits for a key frame of `target` that it could use.
  bool waiting() const {
    return connection.connected && target && active != target &&
           (!target->codec || sender.accepts(*target->codec));
  }
  // The same, or for one of what it gets already, to go over to another spatial layer.
  bool wants_key_frame_of(const Layer& layer) const {
    if (!connection.connected || target != &layer) return false;
    return active == &layer ? sender.waits_for_key_frame() : waiting();
  }
};

}  // namespace vicino::sfu
