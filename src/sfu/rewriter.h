// Makes one outgoing RTP stream out of pieces of several incoming ones: sequence numbers,
// timestamps and picture ids go on where the last piece ended, as if one encoder had made them all.
// Pure counting, no packets.
#pragma once

#include <array>
#include <optional>

#include "base/random.h"
#include "sfu/packet.h"

namespace vicino::sfu {

// Which incoming stream a piece is of: unique within a room, never used again.
using StreamKey = uint64_t;

class Rewriter {
 public:
  explicit Rewriter(SecureRandom& random);

  // From here on packets of `stream` are sent; `first` gets the next free numbers and `timestamp`.
  void begin(StreamKey stream, const PacketNumbers& first, uint32_t timestamp);
  // The numbers a packet of the current piece leaves with; nullopt when it is from before the piece
  // began.
  std::optional<PacketNumbers> rewrite(Instant now, const PacketNumbers& in);

  // A timestamp for the start of the next piece: what was sent last, moved on by the time since.
  uint32_t timestamp_at(Instant now, rtc::MediaKind kind) const;
  // Whether `timestamp` is after everything sent so far and within a second of timestamp_at().
  bool plausible(Instant now, rtc::MediaKind kind, uint32_t timestamp) const;

  // Nothing was sent after `t`.
  bool idle_since(Instant t) const { return !sent_ || last_at_ <= t; }

  std::optional<StreamKey> stream() const;
  uint32_t timestamp_offset() const {
    return newest().timestamp;
  }  // of the current piece: out - in

  // Where a sent packet came from. Of old pieces only the last few are known.
  struct Origin {
    StreamKey stream;
    int64_t sequence;  // in that stream
    size_t piece;
  };
  std::optional<Origin> origin_of(uint16_t sent_sequence) const;
  PacketNumbers rewrite_again(const Origin& origin, const PacketNumbers& in) const;

 private:
  static constexpr size_t max_pieces = 4;  // more would answer NACKs from before several switches

  struct Piece {
    StreamKey stream = 0;
    int64_t first_in = 0;
    int64_t first_out = 0;
    // Added to the incoming numbers, modulo their sizes.
    int64_t sequence = 0;
    uint32_t timestamp = 0;
    uint16_t picture_id = 0;
    uint8_t tl0_picture_index = 0;
    uint16_t frame_number = 0;
  };
  static PacketNumbers apply(const Piece& piece, const PacketNumbers& in);
  const Piece& newest() const { return pieces_[(count_ - 1) % max_pieces]; }

  std::array<Piece, max_pieces> pieces_;
  size_t count_ = 0;    // pieces begun so far; the last max_pieces are kept
  PacketNumbers last_;  // of the newest packet sent
  Instant last_at_{};
  bool sent_ = false;
};

}  // namespace vicino::sfu
