// Makes one outgoing RTP stream out of pieces of several incoming ones: sequence numbers,
// timestamps and picture ids go on where the last piece ended, as if one encoder had made them all.
// Pure counting, no packets.
#pragma once

#include <optional>
#include <vector>

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
  // Whether it is of the current piece and after all that was rewritten or skipped. Only such a one
  // can be skipped: the numbers of others are taken already.
  bool ahead(const PacketNumbers& in) const { return count_ > 0 && in.sequence >= next_in_; }
  // Isn't sent: what comes after it closes up, its picture's id too if `close_pictures`.
  void skip(const PacketNumbers& in, bool close_pictures);

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
  uint32_t last_timestamp() const { return last_.timestamp; }
  // What the newest packet sent came with; nullopt before the first of the current piece.
  std::optional<uint32_t> last_incoming_timestamp() const {
    if (count_ == 0 || !sent_ || last_.sequence < newest().first_out) return std::nullopt;
    return last_.timestamp - timestamp_offset();
  }

  // Where a sent packet came from. Of old pieces only the last few are known.
  struct Origin {
    StreamKey stream;
    int64_t sequence;  // in that stream
    size_t piece;
  };
  std::optional<Origin> origin_of(uint16_t sent_sequence) const;
  PacketNumbers rewrite_again(const Origin& origin, const PacketNumbers& in) const;

 private:
  static constexpr size_t few_pieces = 4;  // more would answer NACKs from before several switches
  // Of a stream that packets are skipped in, each run of them begins another piece: two seconds'
  // worth.
  static constexpr size_t many_pieces = 32;

  struct Piece {
    StreamKey stream = 0;
    int64_t first_in = 0;
    int64_t first_out = 0;
    // Added to the incoming numbers, modulo their sizes.
    uint32_t timestamp = 0;
    uint16_t picture_id = 0;
    uint16_t frame_number = 0;
    uint8_t tl0_picture_index = 0;
    bool continues = false;  // the piece before it, after something skipped

    int64_t sequence() const { return first_out - first_in; }
  };
  static PacketNumbers apply(const Piece& piece, const PacketNumbers& in);
  const Piece& newest() const { return newest_; }
  size_t place(size_t age) const { return (count_ - 1 - age) % pieces_.size(); }
  const Piece& back(size_t age) const { return age == 0 ? newest_ : pieces_[place(age)]; }
  size_t kept() const { return std::min(count_, pieces_.size()); }
  void push(const Piece& piece);
  void keep_more();

  Piece newest_;  // beside the ring: every packet needs it
  std::vector<Piece> pieces_ = std::vector<Piece>(few_pieces);
  size_t count_ = 0;     // pieces begun so far; the last ones are kept
  int64_t next_in_ = 0;  // after all that was seen of the current piece
  std::optional<uint16_t> skipped_picture_;
  PacketNumbers last_;  // of the newest packet sent
  Instant last_at_{};
  bool sent_ = false;
};

}  // namespace vicino::sfu
