// The media of one participant over one peer connection: own tracks out, receive slots in, on one
// UDP socket.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/messages.h"
#include "incoming.h"
#include "media_file.h"
#include "outgoing.h"
#include "rtc/sdp.h"
#include "rtc/twcc.h"

namespace vicino::cli {

// What to publish, and how much to receive.
struct MediaPlan {
  const MediaClip* camera = nullptr;  // nullptr: none
  const MediaClip* microphone = nullptr;
  size_t video_slots = 0;
  size_t audio_slots = 0;
};

class MediaSession {
 public:
  struct Handlers {
    std::function<Result<Buffer>(core::Source, rtc::Codec, bool key_frame, Bytes frame)> seal;
    // A whole sealed frame from slot `mid`. False: it didn't open; a key frame will be asked for.
    std::function<bool(const std::string& mid, const IncomingSlot::Frame& frame)> received;
    std::function<void()> lost;  // the media path is gone; once
    // Nothing has come for a while: the path is to be tried anew with these credentials. Again and
    // again, until something comes.
    std::function<void(const rtc::IceCredentials&)> silent;
  };

  MediaSession(boost::asio::io_context& io, SecureRandom& random, const rtc::DtlsIdentity& identity,
               MediaPlan plan, Handlers handlers);
  ~MediaSession();

  const std::string& offer() const { return offer_; }
  const std::vector<core::OwnTrack>& tracks() const { return tracks_; }
  // Errors: as rtc::parse_answer; bad_state when no UDP socket can be had.
  Status start(std::string_view answer);
  // The server's credentials for those of the last `silent`.
  void restarted(const rtc::IceCredentials& remote);
  bool connected() const { return peer_ && peer_->state() == rtc::Peer::State::connected; }

  // What anybody watches of what is published; until told, all.
  void set_watched(const std::vector<core::said::WatchedLayer>& layers);

  struct Counts {
    uint64_t frames_sent = 0;
    uint64_t packets_received = 0;
  };
  Counts counts() const;

 private:
  void make_offer();
  void receive();
  void turn();  // sends what is due and sleeps until the next deadline
  void handle_datagram(Instant now, MutBytes datagram);
  void handle_rtp(Instant now, MutBytes packet);
  void handle_rtcp(Bytes compound);
  void send_due(Instant now);
  void send_reports(Instant now);
  void restart_if_silent(Instant now);
  void send_arrivals();
  Instant next_deadline() const;
  void flush();

  SecureRandom& random_;
  const rtc::DtlsIdentity& identity_;
  MediaPlan plan_;
  Handlers handlers_;
  rtc::TransportParameters local_;
  std::vector<rtc::ClientMedia> media_;
  std::vector<core::OwnTrack> tracks_;
  std::string offer_;
  boost::asio::ip::udp::socket socket_;
  boost::asio::steady_timer timer_;
  boost::asio::ip::udp::endpoint from_;
  std::array<uint8_t, 2048> buffer_{};
  std::unique_ptr<rtc::Peer> peer_;
  rtc::Outbox out_;
  struct Track {
    core::Source source;
    OutgoingTrack outgoing;
  };
  std::vector<Track> outgoing_;
  std::vector<IncomingSlot> slots_;
  uint32_t report_ssrc_ = 0;
  Instant next_report_{};
  rtc::IceCredentials restart_;  // of this side, offered last
  Instant next_restart_{};
  // Transport-wide feedback: what the server's estimate of the path to here is made of.
  rtc::TwccReceiver arrivals_;
  uint8_t transport_cc_id_ = 0;
  Instant next_arrivals_ = Instant::never();
  bool playing_ = false;
  // Handlers in flight hold it weakly: a session that is gone isn't called.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace vicino::cli
