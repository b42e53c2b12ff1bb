// One peer of the server: a publisher or a subscriber, its transport, and the RTCP that browsers
// would send. Sans-IO; one thread.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <vector>

#include "arrivals.h"
#include "reception.h"
#include "rtc/nack.h"
#include "traffic.h"

namespace vicino::load {

// All publishers of a run, for receivers to tell whose packet they have. Complete before the first
// of them sends.
struct Directory {
  struct Publisher {
    uint32_t room = 0;
    uint32_t participant = 0;  // who must not get its own media
    uint32_t first_track = 0;  // index among all tracks of its room
    uint32_t tracks = 0;
  };
  std::vector<Publisher> publishers;  // by the number in stamps
  std::vector<uint32_t> room_tracks;  // tracks of each room
};

struct ClientSetup {
  uint32_t room = 0;
  uint32_t participant = 0;
  bool counted = true;  // takes part in what is measured; false: joins only to disturb
  bool nack = false;    // asks again for what is missing
  rtc::TransportParameters local;
  Connection connection;
  std::vector<StreamSetup> streams;  // of a publisher
  Instant joining_since;             // its signalling began
};

// The wall clock for sender reports: microseconds from the monotonic clock to 1970.
struct WallClock {
  int64_t offset_us = 0;
  uint64_t ntp(Instant now) const;
};

class Client {
 public:
  enum class State : uint8_t { connecting, connected, lost };

  Client(ClientSetup setup, const Directory& directory, const rtc::DtlsIdentity& identity,
         SecureRandom& random, WallClock wall, Instant now);

  void handle_datagram(Instant now, uint64_t arrived_ns, const Address& from, MutBytes datagram,
                       Histogram& delays, rtc::Outbox& out);
  void handle_timeout(Instant now, rtc::Outbox& out);
  Instant next_timeout()
      const;  // when handle_timeout() has something to do; changes with each call
  // Once connected: makes the streams, whose first frames are due at `first`.
  void start_sending(Instant first, SecureRandom& random);
  void send_frame(size_t stream, Instant now, uint64_t now_ns, bool measured, rtc::Outbox& out);
  void close(rtc::Outbox& out) { peer_.close(out); }

  State state() const;
  bool subscriber() const { return setup_.streams.empty(); }
  const ClientSetup& setup() const { return setup_; }
  const std::vector<SendStream>& streams() const { return streams_; }
  const ReceiverCounts& counts() const { return counts_; }
  const TrackReception& track(size_t index_in_room) const { return tracks_[index_in_room]; }
  std::optional<Instant> connected_at() const { return connected_at_; }
  std::optional<Instant> first_packet_at() const { return first_packet_at_; }
  size_t tag_bytes() const { return tag_bytes_; }  // that SRTP adds to a packet; 0: none came
  uint64_t key_frame_requests() const { return key_frame_requests_; }

 private:
  // What receiver reports need to know of one incoming RTP stream.
  struct Source {
    uint32_t ssrc;
    bool video;
    rtc::SequenceUnwrapper unwrapper{};
    int64_t first = 0, highest = 0;
    uint64_t received = 0;
    int64_t reported_expected = 0;
    uint64_t reported_received = 0;
    uint32_t last_sr = 0;
    Instant last_sr_at{};
    std::unique_ptr<rtc::NackGenerator> nacks{};
  };

  bool answers_check(const Address& from, Bytes datagram, rtc::Outbox& out) const;
  void handle_rtp(Instant now, uint64_t arrived_ns, MutBytes packet, Histogram& delays);
  void verify(const rtc::RtpPacket& packet, uint64_t arrived_ns, Histogram& delays);
  void handle_rtcp(Instant now, Bytes compound);
  Source& source_of(const rtc::RtpPacket& packet);
  SendStream* stream_of(uint32_t ssrc);
  void send_reports(Instant now, rtc::Outbox& out);
  rtc::ReceiverReport receiver_report(Instant now);
  void send_feedback(rtc::Outbox& out);
  void send_nacks(Instant now, rtc::Outbox& out);

  ClientSetup setup_;
  const Directory& directory_;
  WallClock wall_;
  rtc::Peer peer_;
  std::string check_username_;
  uint32_t report_ssrc_;
  std::bitset<128> video_types_, rtx_types_;
  uint8_t transport_cc_id_ = 0;

  std::vector<SendStream> streams_;
  uint16_t transport_sequence_ = 0;
  uint64_t key_frame_requests_ = 0;

  std::vector<Source> sources_;
  size_t last_source_ = 0;
  std::vector<TrackReception> tracks_;
  ReceiverCounts counts_;
  std::unique_ptr<Arrivals> arrivals_;
  size_t tag_bytes_ = 0;

  std::optional<Instant> connected_at_, first_packet_at_;
  Instant next_report_, next_feedback_, next_nack_;
};

}  // namespace vicino::load
