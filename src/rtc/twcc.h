// Transport-wide feedback, receiving side: remembers when packets arrived and builds the RTCP
// report that the sender's bandwidth estimator reads
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include <map>
#include <memory>
#include <memory_resource>
#include <optional>

#include "base/time.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"

namespace vicino::rtc {

class TwccReceiver {
 public:
  TwccReceiver() = default;
  TwccReceiver(TwccReceiver&&) = default;
  TwccReceiver& operator=(TwccReceiver&&) = delete;  // the map would outlive its memory
  void received(Instant now, uint16_t transport_sequence);
  // What arrived since the last call; nullopt when nothing did. Call it every 50 ms or so (more
  // often costs uplink, less often slows the sender's estimator), each time until nullopt: what one
  // report can't hold (too many packets, times too far apart, packets that came after their
  // neighbours were reported) comes as further ones. Each fits 1200 bytes.
  std::optional<TransportFeedback> take_feedback(uint32_t sender_ssrc, uint32_t media_ssrc);

 private:
  static constexpr int64_t tick_us = 250;
  static constexpr int64_t reference_us = 64'000;
  static constexpr size_t max_pending =
      4096;  // packets between two reports; the oldest are forgotten
  static constexpr size_t max_per_feedback =
      190;  // received ones: at worst 2 bytes each and two 2-byte chunks
  static constexpr int64_t max_gap = 1000;  // lost in a row; more is a jump, not loss

  SequenceUnwrapper unwrapper_;
  // One node per packet, from memory that is kept: nothing is allocated once the pool is warm.
  std::unique_ptr<std::pmr::unsynchronized_pool_resource> nodes_ =
      std::make_unique<std::pmr::unsynchronized_pool_resource>();
  std::pmr::map<int64_t, Instant> arrivals_{nodes_.get()};
  std::optional<int64_t> next_base_;
  uint8_t count_ = 0;
};

}  // namespace vicino::rtc
