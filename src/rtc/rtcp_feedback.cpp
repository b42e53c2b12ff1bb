#include "rtc/rtcp_feedback.h"

#include <algorithm>

namespace vicino::rtc {
namespace {

// draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1.
enum Symbol : uint8_t { lost = 0, small_delta = 1, large_delta = 2 };
constexpr size_t longest_run = 0x1fff;
constexpr size_t one_bit_symbols = 14;
constexpr size_t two_bit_symbols = 7;
constexpr int64_t tick_us = 250;
constexpr int64_t reference_us = 64'000;

// Appends the symbols of one chunk, at most `count` in all.
Status append_symbols(uint16_t chunk, size_t count, std::vector<uint8_t>& symbols) {
  const size_t room = count - symbols.size();
  if ((chunk & 0x8000) == 0) {
    const auto symbol = static_cast<uint8_t>(chunk >> 13 & 3);
    if (symbol > large_delta) return fail(Errc::malformed, "feedback symbol");
    symbols.insert(symbols.end(), std::min<size_t>(room, chunk & longest_run), symbol);
    return {};
  }
  const bool two_bits = (chunk & 0x4000) != 0;
  const size_t in_chunk = two_bits ? two_bit_symbols : one_bit_symbols;
  for (size_t i = 0; i < std::min(room, in_chunk); ++i) {
    const size_t shift = two_bits ? 12 - 2 * i : 13 - i;
    const auto symbol = static_cast<uint8_t>(chunk >> shift & (two_bits ? 3 : 1));
    if (symbol > large_delta) return fail(Errc::malformed, "feedback symbol");
    symbols.push_back(symbol);
  }
  return {};
}

std::vector<uint8_t> to_symbols(const std::vector<std::optional<int64_t>>& deltas) {
  std::vector<uint8_t> symbols;
  symbols.reserve(deltas.size());
  for (const auto& delta : deltas) {
    symbols.push_back(!delta ? lost : *delta >= 0 && *delta < 256 ? small_delta : large_delta);
  }
  return symbols;
}

// One chunk of the front of `symbols`; says how many symbols it covers.
struct Chunk {
  uint16_t bits;
  size_t covered;
};
Chunk next_chunk(std::span<const uint8_t> symbols) {
  const auto differs = std::ranges::find_if(symbols, [&](uint8_t s) { return s != symbols[0]; });
  const auto run = std::min(static_cast<size_t>(differs - symbols.begin()), longest_run);
  const auto window = symbols.first(std::min(symbols.size(), one_bit_symbols));
  const bool one_bit = std::ranges::none_of(window, [](uint8_t s) { return s == large_delta; });
  const size_t vector_covers =
      std::min(symbols.size(), one_bit ? one_bit_symbols : two_bit_symbols);
  if (run >= vector_covers)
    return {static_cast<uint16_t>(static_cast<size_t>(symbols[0]) << 13 | run), run};
  uint32_t bits = one_bit ? 0x8000 : 0xc000;
  for (size_t i = 0; i < vector_covers; ++i) {
    bits |= static_cast<uint32_t>(symbols[i]) << (one_bit ? 13 - i : 12 - 2 * i);
  }
  return {static_cast<uint16_t>(bits), vector_covers};
}

// Arrivals as steps in ticks from one received packet to the next; nullopt when a step doesn't fit
// 16 bits.
std::optional<std::vector<std::optional<int64_t>>> to_deltas(const TransportFeedback& feedback) {
  std::vector<std::optional<int64_t>> deltas;
  deltas.reserve(feedback.arrivals.size());
  int64_t previous = 0;
  for (const auto& arrival : feedback.arrivals) {
    if (!arrival) {
      deltas.emplace_back();
      continue;
    }
    const int64_t ticks = *arrival / tick_us;
    const int64_t delta = ticks - previous;
    if (delta < INT16_MIN || delta > INT16_MAX) return std::nullopt;
    deltas.emplace_back(delta);
    previous = ticks;
  }
  return deltas;
}

}  // namespace

Result<TransportFeedback> read_transport_feedback(Bytes body) {
  Reader reader(body);
  TransportFeedback feedback;
  TRY_ASSIGN(feedback.sender_ssrc, reader.u32());
  TRY_ASSIGN(feedback.media_ssrc, reader.u32());
  TRY_ASSIGN(feedback.base_sequence, reader.u16());
  TRY_ASSIGN(const size_t count, reader.u16());
  TRY_ASSIGN(const uint32_t reference, reader.u24());
  TRY_ASSIGN(feedback.feedback_count, reader.u8());
  if (count == 0 || count > max_feedback_packets) return fail(Errc::malformed, "feedback count");
  // 24 bits, signed.
  const int64_t units = static_cast<int64_t>(reference) - (reference >> 23 != 0 ? 1 << 24 : 0);
  feedback.reference_time_us = units * reference_us;

  std::vector<uint8_t> symbols;
  while (symbols.size() < count) {
    TRY_ASSIGN(const uint16_t chunk, reader.u16());
    TRY(append_symbols(chunk, count, symbols));
  }
  feedback.arrivals.reserve(count);
  int64_t ticks = 0;
  for (const uint8_t symbol : symbols) {
    if (symbol == lost) {
      feedback.arrivals.emplace_back();
      continue;
    }
    if (symbol == small_delta) {
      TRY_ASSIGN(const uint8_t delta, reader.u8());
      ticks += delta;
    } else {
      TRY_ASSIGN(const uint16_t delta, reader.u16());
      ticks += static_cast<int16_t>(delta);
    }
    feedback.arrivals.emplace_back(ticks * tick_us);
  }
  return feedback;
}

bool write_transport_feedback(Writer& writer, const TransportFeedback& feedback) {
  if (feedback.arrivals.empty() || feedback.arrivals.size() > max_feedback_packets) return false;
  const auto deltas = to_deltas(feedback);
  if (!deltas) return false;
  writer.u32(feedback.sender_ssrc);
  writer.u32(feedback.media_ssrc);
  writer.u16(feedback.base_sequence);
  writer.u16(static_cast<uint16_t>(feedback.arrivals.size()));
  writer.u24(static_cast<uint32_t>(feedback.reference_time_us / reference_us) & 0xffffff);
  writer.u8(feedback.feedback_count);
  const std::vector<uint8_t> symbols = to_symbols(*deltas);
  for (std::span<const uint8_t> rest = symbols; !rest.empty();) {
    const Chunk chunk = next_chunk(rest);
    writer.u16(chunk.bits);
    rest = rest.subspan(chunk.covered);
  }
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (symbols[i] == small_delta) {
      writer.u8(static_cast<uint8_t>(*(*deltas)[i]));
    } else if (symbols[i] == large_delta) {
      writer.u16(static_cast<uint16_t>(*(*deltas)[i]));
    }
  }
  return true;
}

}  // namespace vicino::rtc
