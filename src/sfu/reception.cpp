#include "sfu/reception.h"

#include <algorithm>

namespace vicino::sfu {
namespace {

constexpr int64_t ntp_start = 3'900'000'000;  // seconds: a time that no reader takes for "unset"

}  // namespace

void Reception::received(Instant now, int64_t sequence, uint32_t timestamp, int64_t clock_rate) {
  const int64_t arrival = now.us * clock_rate / 1'000'000;
  const int64_t transit = arrival - timestamp;
  if (highest_) {
    // Both are modulo 2^32: only the 32-bit difference means something.
    const int64_t change = static_cast<int32_t>(static_cast<uint32_t>(transit - transit_));
    jitter_16_ += std::abs(change) - ((jitter_16_ + 8) >> 4);
  }
  transit_ = transit;
  if (!first_) first_ = sequence;
  highest_ = std::max(highest_.value_or(sequence), sequence);
  ++received_;
}

void Reception::sender_report(Instant now, uint64_t ntp) {
  last_sr_ = static_cast<uint32_t>(ntp >> 16);
  last_sr_at_ = now;
}

std::optional<rtc::ReportBlock> Reception::report(Instant now, uint32_t ssrc) {
  if (!highest_) return std::nullopt;
  const int64_t expected = *highest_ - *first_ + 1;
  const int64_t expected_now = expected - expected_before_;
  const int64_t lost_now = expected_now - (received_ - received_before_);
  expected_before_ = expected;
  received_before_ = received_;
  rtc::ReportBlock block;
  block.ssrc = ssrc;
  if (expected_now > 0 && lost_now > 0)
    block.fraction_lost =
        static_cast<uint8_t>(std::min<int64_t>(lost_now * 256 / expected_now, 255));
  block.cumulative_lost =
      static_cast<int32_t>(std::clamp<int64_t>(expected - received_, -0x800000, 0x7fffff));
  block.highest_sequence = static_cast<uint32_t>(*highest_);
  block.jitter = static_cast<uint32_t>(jitter_16_ >> 4);
  block.last_sr = last_sr_;
  if (last_sr_ != 0)
    block.delay_since_last_sr = static_cast<uint32_t>((now - last_sr_at_).us * 65'536 / 1'000'000);
  return block;
}

int64_t ntp_to_microseconds(uint64_t ntp) {
  const auto seconds = static_cast<int64_t>(ntp >> 32);
  const auto fraction = static_cast<int64_t>((ntp & 0xffffffff) * 1'000'000 >> 32);
  return seconds * 1'000'000 + fraction;
}

uint64_t server_ntp(Instant now) {
  const auto us = static_cast<uint64_t>(now.us + ntp_start * 1'000'000);
  return (us / 1'000'000) << 32 | ((us % 1'000'000) << 32) / 1'000'000;
}

}  // namespace vicino::sfu
