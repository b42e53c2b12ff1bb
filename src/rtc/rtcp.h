// RTCP (RFC 3550 section 6, RFC 4585, RFC 5104, transport-wide congestion control draft 01), read
// item by item from a compound packet and written into caller's memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace vicino::rtc {

struct ReportBlock {
  uint32_t ssrc = 0;
  uint8_t fraction_lost = 0;         // of 256
  int32_t cumulative_lost = 0;       // 24 bits, signed
  uint32_t highest_sequence = 0;     // extended
  uint32_t jitter = 0;               // timestamp units
  uint32_t last_sr = 0;              // middle 32 bits of the NTP time of the last SR
  uint32_t delay_since_last_sr = 0;  // 1/65536 s
};
inline constexpr size_t max_report_blocks = 31;
inline constexpr size_t max_nack_entries = 64;  // of one item; what goes beyond is passed over
inline constexpr size_t max_nack_sequences = 17 * max_nack_entries;
inline constexpr size_t max_feedback_packets =
    8192;  // of one item; each costs 16 bytes, two bytes can claim 8191

struct SenderReport {
  uint32_t ssrc = 0;
  uint64_t ntp = 0;  // 32.32 fixed point seconds since 1900
  uint32_t rtp_timestamp = 0;
  uint32_t packets = 0;
  uint32_t bytes = 0;
  std::vector<ReportBlock> blocks;
};
struct ReceiverReport {
  uint32_t ssrc = 0;
  std::vector<ReportBlock> blocks;
};
struct SourceDescription {  // the first chunk's CNAME
  uint32_t ssrc = 0;
  std::string cname;
};
struct Bye {
  std::vector<uint32_t> ssrcs;
};
struct Nack {  // RFC 4585 section 6.2.1
  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;
  std::vector<uint16_t> sequences;  // at most max_nack_sequences are read
};
struct PictureLossIndication {
  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;
};
struct FullIntraRequest {  // RFC 5104 section 4.3.1
  uint32_t sender_ssrc = 0;
  struct Entry {
    uint32_t ssrc;
    uint8_t sequence;
  };
  std::vector<Entry> entries;
};
struct TransportFeedback {
  uint32_t sender_ssrc = 0;
  uint32_t media_ssrc = 0;
  uint8_t feedback_count = 0;
  int64_t reference_time_us = 0;  // a multiple of 64 ms; the wire holds 24 bits of it, signed
  uint16_t base_sequence = 0;
  // One per sequence number from base_sequence on, 1 to max_feedback_packets: arrival in µs after
  // reference_time (a multiple of 250; at most 8 s from the previous one, before or after),
  // nullopt: not received.
  std::vector<std::optional<int64_t>> arrivals;
};

using RtcpItem = std::variant<SenderReport, ReceiverReport, SourceDescription, Bye, Nack,
                              PictureLossIndication, FullIntraRequest, TransportFeedback>;

// Walks a compound packet. Unknown types are passed over. Bounded work and memory for any input.
class RtcpReader {
 public:
  explicit RtcpReader(Bytes compound) : rest_(compound) {}
  // The next item; nullopt at the end. Errors: truncated, malformed; the rest is then unreadable.
  Result<std::optional<RtcpItem>> next();

 private:
  Bytes rest_;
};

// Appends items to a compound packet in `memory`. add() is false when the item didn't fit the
// memory or its own fields; nothing of it is then written.
class RtcpWriter {
 public:
  explicit RtcpWriter(MutBytes memory) : memory_(memory) {}
  bool add(const RtcpItem& item);
  Bytes packet() const { return Bytes(memory_).first(used_); }

 private:
  MutBytes memory_;
  size_t used_ = 0;
};

}  // namespace vicino::rtc
