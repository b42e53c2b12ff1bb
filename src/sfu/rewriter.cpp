#include "sfu/rewriter.h"

namespace vicino::sfu {
namespace {

// The least step between two pieces: a 20 ms Opus frame (NetEq would take a shorter one for an
// overlap), a video frame at 100 a second.
constexpr uint32_t least_step(rtc::MediaKind kind) {
  return kind == rtc::MediaKind::audio ? 960 : 900;
}

}  // namespace

Rewriter::Rewriter(SecureRandom& random) {
  const uint32_t r = random.u32();
  last_.sequence = 0x10000 + (r & 0x7fff);  // room below, so that extended numbers stay positive
  last_.timestamp = random.u32();
  last_.picture_id = static_cast<uint16_t>(r >> 16 & 0x7fff);
}

void Rewriter::begin(StreamKey stream, const PacketNumbers& first, uint32_t timestamp) {
  Piece piece;
  piece.stream = stream;
  piece.first_in = first.sequence;
  piece.first_out = last_.sequence + 1;
  piece.timestamp = timestamp - first.timestamp;
  piece.picture_id = static_cast<uint16_t>(last_.picture_id + 1 - first.picture_id);
  piece.tl0_picture_index =
      static_cast<uint8_t>(last_.tl0_picture_index + 1 - first.tl0_picture_index);
  piece.frame_number = static_cast<uint16_t>(last_.frame_number + 1 - first.frame_number);
  push(piece);
  next_in_ = first.sequence;
  skipped_picture_.reset();
}

void Rewriter::push(const Piece& piece) {
  newest_ = pieces_[count_ % pieces_.size()] = piece;
  ++count_;
}

void Rewriter::keep_more() {
  std::vector<Piece> more(many_pieces);
  for (size_t age = 0; age < kept(); ++age) more[(count_ - 1 - age) % many_pieces] = back(age);
  pieces_ = std::move(more);
}

void Rewriter::skip(const PacketNumbers& in, bool close_pictures) {
  CHECK(ahead(in));
  Piece piece = newest();
  piece.first_out = in.sequence + piece.sequence();
  piece.first_in = in.sequence + 1;
  if (close_pictures && skipped_picture_ != in.picture_id) --piece.picture_id;
  if (close_pictures) skipped_picture_ = in.picture_id;
  // Nothing of the newest piece was seen yet: it only begins later.
  const bool fresh = newest().continues && in.sequence == newest().first_in;
  next_in_ = in.sequence + 1;
  if (fresh) {
    newest_ = pieces_[place(0)] = piece;
    return;
  }
  if (pieces_.size() < many_pieces) keep_more();
  piece.continues = true;
  push(piece);
}

PacketNumbers Rewriter::apply(const Piece& piece, const PacketNumbers& in) {
  return {.sequence = in.sequence + piece.sequence(),
          .timestamp = in.timestamp + piece.timestamp,
          .picture_id = static_cast<uint16_t>((in.picture_id + piece.picture_id) & 0x7fff),
          .tl0_picture_index = static_cast<uint8_t>(in.tl0_picture_index + piece.tl0_picture_index),
          .frame_number = static_cast<uint16_t>(in.frame_number + piece.frame_number)};
}

std::optional<PacketNumbers> Rewriter::rewrite(Instant now, const PacketNumbers& in) {
  if (count_ == 0) return std::nullopt;
  size_t age = 0;
  while (in.sequence < back(age).first_in) {
    if (!back(age).continues || age + 1 >= kept()) return std::nullopt;
    ++age;
  }
  const PacketNumbers numbers = apply(back(age), in);
  next_in_ = std::max(next_in_, in.sequence + 1);
  if (numbers.sequence > last_.sequence) {
    last_ = numbers;
    last_at_ = now;
    sent_ = true;
  }
  return numbers;
}

uint32_t Rewriter::timestamp_at(Instant now, rtc::MediaKind kind) const {
  if (!sent_) return last_.timestamp;
  const int64_t elapsed = (now - last_at_).us * clock_rate(kind) / 1'000'000;
  return last_.timestamp + std::max(static_cast<uint32_t>(elapsed), least_step(kind));
}

bool Rewriter::plausible(Instant now, rtc::MediaKind kind, uint32_t timestamp) const {
  const auto after_last = static_cast<int32_t>(timestamp - last_.timestamp);
  const auto off = static_cast<int32_t>(timestamp - timestamp_at(now, kind));
  return after_last > 0 && std::abs(static_cast<int64_t>(off)) < clock_rate(kind);
}

std::optional<StreamKey> Rewriter::stream() const {
  if (count_ == 0) return std::nullopt;
  return newest().stream;
}

std::optional<Rewriter::Origin> Rewriter::origin_of(uint16_t sent_sequence) const {
  const auto distance = static_cast<int16_t>(
      static_cast<uint16_t>(sent_sequence - static_cast<uint16_t>(last_.sequence)));
  const int64_t sequence = last_.sequence + distance;
  if (distance > 0) return std::nullopt;  // not sent yet
  for (size_t age = 0; age < kept(); ++age) {
    const Piece& piece = back(age);
    if (sequence >= piece.first_out)
      return Origin{piece.stream, sequence - piece.sequence(), place(age)};
  }
  return std::nullopt;
}

PacketNumbers Rewriter::rewrite_again(const Origin& origin, const PacketNumbers& in) const {
  return apply(pieces_[origin.piece], in);
}

}  // namespace vicino::sfu
