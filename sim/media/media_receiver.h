// A client's receiving half: the streams of its slots, transport-wide feedback, retransmissions
// asked for, key frames asked for, receiver reports.
#pragma once

#include <memory>
#include <vector>

#include "rtc/media.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"
#include "rtc/twcc.h"
#include "sim/media/audio_receiver.h"
#include "sim/media/transmitter.h"
#include "sim/media/video_receiver.h"

namespace vicino::sim {

class MediaReceiver {
 public:
  // `slots`: as the server sends them, with their SSRCs.
  MediaReceiver(const std::vector<rtc::MediaSection>& slots, uint32_t own_ssrc, Instant now);

  // A decrypted packet; says what it was.
  Traffic packet(Instant now, MutBytes packet);
  void sender_report(Instant now, const rtc::SenderReport& report);
  // `rtt`: as the own sending half knows it.
  void handle_timeout(Instant now, Duration rtt, Transmitter& out);
  Instant next_timeout() const;

  // Since the last call.
  std::vector<ShownFrame> take_shown() { return std::exchange(shown_, {}); }
  std::vector<Played> take_played() { return std::exchange(played_, {}); }

 private:
  static constexpr Duration report_interval = seconds(1);
  static constexpr Duration key_check = milliseconds(100);
  // Feedback as libwebrtc sends it: a twentieth of what is received, within these bounds.
  static constexpr Duration most_often = milliseconds(50), least_often = milliseconds(250);
  static constexpr size_t feedback_size = 68;

  struct Slot {
    explicit Slot(const rtc::MediaSection& s) : section(s) {}
    rtc::MediaSection section;
    AudioReceiver audio;
    VideoReceiver video;
    rtc::SequenceUnwrapper unwrapper;
    bool started = false;
    int64_t first = 0, highest = 0, reported_expected = 0;
    uint64_t received = 0, reported_received = 0;
    uint32_t last_report = 0;  // middle of the NTP time of the last sender report
    Instant last_report_at;
  };

  bool is_audio(const Slot& slot) const { return slot.section.kind == rtc::MediaKind::audio; }
  Slot* find(uint32_t ssrc, bool& retransmission);
  void count(Slot& slot, uint16_t sequence);
  Traffic original(Instant now, Slot& slot, const rtc::RtpPacket& packet);
  Traffic retransmitted(Instant now, Slot& slot, const rtc::RtpPacket& packet);
  void send_feedback(Instant now, Transmitter& out);
  void send_report(Instant now, Transmitter& out);
  void ask(Instant now, Duration rtt, Transmitter& out);
  rtc::ReportBlock block(Instant now, Slot& slot);

  std::vector<std::unique_ptr<Slot>> slots_;
  uint32_t own_ssrc_;
  uint8_t transport_id_ = 0;
  rtc::TwccReceiver arrivals_;
  size_t bytes_since_feedback_ = 0;
  Duration feedback_interval_ = milliseconds(100);
  Instant next_feedback_, next_report_, next_key_check_;
  std::vector<ShownFrame> shown_;
  std::vector<Played> played_;
};

}  // namespace vicino::sim
