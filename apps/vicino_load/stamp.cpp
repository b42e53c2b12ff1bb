#include "stamp.h"

#include <bit>

namespace vicino::load {
namespace {

// magic 4 | publisher 4 | track 1 | encoding 1 | flags 1 | zero 1 | covered 4 | counter 4 | sent 8
// | checksum 8
constexpr uint32_t magic = 0x56'4c'53'31;  // "VLS1"
constexpr uint8_t flag_measured = 1;
constexpr size_t checksum_at = stamp_size - 8;

uint64_t word_at(const uint8_t* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof word);  // in the machine's order: both ends are this program
  return word;
}

uint64_t mixed(uint64_t h) {
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93;
  return h ^ h >> 32;
}

}  // namespace

// Four independent lanes, so that the multiplications overlap. Each step is a bijection of the
// lane's state, so a changed word always changes the sum.
uint64_t checksum(Bytes bytes) {
  constexpr uint64_t prime = 0x9e3779b97f4a7c15;
  uint64_t a = 1, b = 2, c = 3, d = 4;
  const uint8_t* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= 32; left -= 32, p += 32) {
    a = std::rotl((a ^ word_at(p)) * prime, 29);
    b = std::rotl((b ^ word_at(p + 8)) * prime, 29);
    c = std::rotl((c ^ word_at(p + 16)) * prime, 29);
    d = std::rotl((d ^ word_at(p + 24)) * prime, 29);
  }
  std::array<uint8_t, 32> rest{};
  if (left > 0) std::memcpy(rest.data(), p, left);
  a = (a ^ word_at(rest.data())) * prime;
  b = (b ^ word_at(rest.data() + 8)) * prime;
  c = (c ^ word_at(rest.data() + 16)) * prime;
  d = (d ^ word_at(rest.data() + 24)) * prime;
  return mixed(mixed(mixed(mixed(a ^ bytes.size()) ^ b) ^ c) ^ d);
}

void write_stamp(MutBytes payload, size_t content, const Stamp& stamp) {
  CHECK(payload.size() >= stamp_size && content <= payload.size() - stamp_size);
  uint8_t* const p = payload.data() + payload.size() - stamp_size;
  store32(p, magic);
  store32(p + 4, stamp.publisher);
  p[8] = stamp.track;
  p[9] = stamp.encoding;
  p[10] = stamp.measured ? flag_measured : 0;
  p[11] = 0;
  store32(p + 12, static_cast<uint32_t>(content));
  store32(p + 16, stamp.counter);
  store64(p + 20, stamp.sent_ns);
  store64(p + checksum_at, checksum(Bytes(p - content, content + checksum_at)));
}

std::expected<Stamp, StampFault> read_stamp(Bytes payload) {
  if (payload.size() < stamp_size) return std::unexpected(StampFault::absent);
  const uint8_t* const p = payload.data() + payload.size() - stamp_size;
  if (load32(p) != magic) return std::unexpected(StampFault::absent);
  const size_t content = load32(p + 12);
  if (content > payload.size() - stamp_size) return std::unexpected(StampFault::damaged);
  if (load64(p + checksum_at) != checksum(Bytes(p - content, content + checksum_at))) {
    return std::unexpected(StampFault::damaged);
  }
  return Stamp{.publisher = load32(p + 4),
               .track = p[8],
               .encoding = p[9],
               .measured = (p[10] & flag_measured) != 0,
               .counter = load32(p + 16),
               .sent_ns = load64(p + 20)};
}

}  // namespace vicino::load
