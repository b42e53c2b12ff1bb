// A client's sending half, as browsers do it: encoders that follow the bandwidth estimated from
// transport-wide feedback, a pacer, retransmissions, probes, sender reports.
#pragma once

#include <deque>
#include <optional>
#include <span>

#include "rtc/bandwidth_estimator.h"
#include "rtc/pacer.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"
#include "sim/media/decaying_rate.h"
#include "sim/media/send_stream.h"
#include "sim/media/transmitter.h"
#include "sim/media/voice.h"

namespace vicino::sim {

struct SenderSetup {
  uint8_t publisher = 0;  // for stamps
  rtc::ExtensionIds extensions;
  std::optional<VoiceSettings> voice;
  StreamSetup voice_stream;
  std::optional<VideoSettings> video;
  std::vector<StreamSetup> video_streams;  // of its layers
  rtc::BandwidthConfig bandwidth;
};

class MediaSender {
 public:
  MediaSender(SenderSetup setup, uint64_t seed, Instant now);

  void feedback(Instant now, const rtc::TransportFeedback& feedback);
  void nack(Instant now, const rtc::Nack& nack);
  void key_request(uint32_t ssrc);
  void receiver_report(Instant now, const rtc::ReceiverReport& report);
  // Which layers of the camera anybody gets; all until told.
  void set_watched(Instant now, std::span<const std::string> rids);
  void handle_timeout(Instant now, Transmitter& out);
  Instant next_timeout() const;

  rtc::BitRate target() const { return estimator_.target(); }
  // What would be sent if the path carried it, on the wire.
  rtc::BitRate asked() const;
  // With the queues that stand now: of both ways as the last receiver report tells, of the way out
  // as the estimator has seen since.
  Duration round_trip() const {
    return std::max(round_trip_, estimator_.round_trip() + estimator_.queue_delay());
  }

 private:
  // Between two packets of a probe at least, so that it doesn't cost a turn of the clock for each.
  static constexpr Duration probe_step = milliseconds(1);
  static constexpr Duration report_interval = seconds(1);
  // With more waiting frames are left out: the pacer would only make them late.
  static constexpr Duration longest_queue = milliseconds(400);
  static constexpr size_t padding_size = 224;  // as libwebrtc

  struct Waiting {
    size_t stream;
    bool repair;
    MediaPacket packet;
    Instant since;
  };

  void send_voice(Instant now, Transmitter& out);
  void encode(Instant now);
  rtc::BitRate video_rate(Instant now) const;
  void send_queued(Instant now, Transmitter& out);
  size_t send_next(Instant now, rtc::ProbeId probe, Transmitter& out);
  void send_probe(Instant now, Transmitter& out);
  size_t send_padding(Instant now, size_t at_most, rtc::ProbeId probe, Transmitter& out);
  size_t send_repeated(Instant now, SendStream& stream, const MediaPacket& packet, Traffic traffic,
                       rtc::ProbeId probe, Transmitter& out);
  size_t emit(Instant now, Traffic traffic, rtc::RtpHeaderFields fields, const StreamSetup& stream,
              Bytes payload, rtc::ProbeId probe, Transmitter& out);
  void report(Instant now, Transmitter& out);
  Instant oldest() const { return queue_.empty() ? Instant::never() : queue_.front().since; }

  SenderSetup setup_;
  rtc::BandwidthEstimator estimator_;
  rtc::Pacer pacer_;
  std::optional<SendStream> voice_;
  std::vector<SendStream> streams_;
  std::optional<VideoEncoder> encoder_;
  uint32_t voice_frames_ = 0, pictures_ = 0;

  std::deque<Waiting> queue_;  // repairs before what is new
  size_t waiting_ = 0;         // bytes of payload in it
  DecayingRate headers_, repairs_;
  Duration round_trip_{};
  uint16_t transport_sequence_;
  std::optional<rtc::ProbePlan> probe_;
  size_t probe_sent_ = 0;
  Instant probe_start_, next_voice_, next_report_, next_turn_;
};

}  // namespace vicino::sim
