// What a receiver reports about one incoming stream (RFC 3550 section 6.4.1, appendix A.3 and A.8).
#pragma once

#include <optional>

#include "base/time.h"
#include "rtc/rtcp.h"

namespace vicino::sfu {

class Reception {
 public:
  // An original packet (not a retransmission), with its extended sequence number.
  void received(Instant now, int64_t sequence, uint32_t timestamp, int64_t clock_rate);
  // A sender report of the stream: `ntp` is its 64-bit time.
  void sender_report(Instant now, uint64_t ntp);
  // The block for the time since the last call; nullopt before the first packet.
  std::optional<rtc::ReportBlock> report(Instant now, uint32_t ssrc);
  int64_t expected() const { return first_ ? *highest_ - *first_ + 1 : 0; }
  int64_t received() const { return received_; }

 private:
  std::optional<int64_t> first_, highest_;
  int64_t received_ = 0;
  int64_t expected_before_ = 0, received_before_ = 0;
  int64_t transit_ = 0;    // timestamp units
  int64_t jitter_16_ = 0;  // 16 times the jitter
  uint32_t last_sr_ = 0;
  Instant last_sr_at_{};
};

// NTP's 64 bits (32.32 seconds) and microseconds. The server's own clock counts from an arbitrary
// start: receivers need only differences.
int64_t ntp_to_microseconds(uint64_t ntp);
uint64_t server_ntp(Instant now);

}  // namespace vicino::sfu
