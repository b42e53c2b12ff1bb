// The room's insides, shared by room.cpp (who is there), room_packets.cpp (packets),
// room_assign.cpp (who is in which slot, at which layer), room_downlink.cpp (what each receiver's
// path carries), room_watched.cpp (what publishers are told of that, and everybody of their
// uplinks) and room_feedback.cpp (RTCP both ways, deadlines).
#pragma once

#include <unordered_map>

#include "rtc/rtcp.h"
#include "rtc/twcc.h"
#include "sfu/incoming.h"
#include "sfu/room.h"
#include "sfu/slot.h"
#include "sfu/uplink_loss.h"

namespace vicino::sfu {

struct Participant {
  Participant(Instant now, ParticipantSetup setup, StreamKey& next_stream, HistoryMemory& memory,
              SecureRandom& random);

  Connection connection;
  bool receives_everything;
  bool relayed;
  std::string peer_name;
  Incoming incoming;
  std::vector<std::unique_ptr<Slot>> slots;
  std::vector<Want> wants;
  bool slots_changed = false;  // take_events() has something to say of these three
  bool watched_changed = false;
  bool held_back_changed = false;
  std::vector<Content> held_back;
  std::vector<Content> voices_held_back;  // of those
  bool follows_watched;

  UplinkLoss uplink;

  uint32_t own_ssrc;  // who reports and asks, in RTCP
  std::string cname;  // of what this participant sends, towards its receivers
  rtc::TwccReceiver arrivals;
  Instant next_report;
  Duration rtt;
  size_t retransmissions_left;          // until the next tick
  std::optional<int64_t> clock_offset;  // server's microseconds - the participant's NTP time

  ParticipantId id() const { return connection.id; }
  // Whether it can be asked for something.
  bool reachable() const { return relayed || connection.connected; }
  bool sends() const { return !incoming.tracks.empty(); }
  Slot* find_slot(uint32_t ssrc) const;  // by its SSRC, not the one of retransmissions
};

struct Room::Impl {
  Impl(SecureRandom& r, Instant now, const RoomSettings& s)
      : random(r),
        settings(s),
        history{.limit = s.history_bytes},
        next_tick(now + tick_interval),
        next_uplinks(now + uplinks_interval) {}

  // Feedback to publishers, layers, repeated requests: less often slows the senders' bandwidth
  // estimators, more often costs uplink.
  static constexpr Duration tick_interval = milliseconds(100);
  static constexpr Duration report_interval = seconds(1);
  // Per layer. Less floods slow encoders, more is a longer freeze where a request was lost.
  static constexpr Duration key_request_interval = milliseconds(300);
  static constexpr Duration idle_key_request_interval =
      seconds(3);  // when nothing of the layer arrives
  static constexpr Duration voices_interval =
      milliseconds(50);  // between two choices of who is heard
  static constexpr Duration voices_review = milliseconds(500);  // for who grew louder meanwhile
  // A slot may start from a key frame that came this long ago; more packets at once would fill a
  // slow path.
  static constexpr Duration max_replay = milliseconds(500);
  static constexpr int64_t max_replay_packets = 64;
  static constexpr size_t max_wants = 256;
  static constexpr size_t max_retransmissions =
      256;  // per receiver and tick; more helps nobody on that path
  static constexpr size_t max_nacks_per_packet = 256;
  // Less stops and starts encoders while people look around; more sends for longer what nobody
  // gets.
  static constexpr Duration unwatched_time = seconds(2);
  static constexpr Duration uplinks_interval = seconds(1);

  SecureRandom& random;
  RoomSettings settings;
  HistoryMemory history;                                   // before what holds it
  std::vector<std::unique_ptr<Participant>> participants;  // in order of arrival
  std::unordered_map<ParticipantId, Participant*> by_id;
  StreamKey next_stream = 1;
  Instant next_tick;
  Instant next_nacks = Instant::never();
  Instant next_voices = Instant::never();
  Instant next_downlink = Instant::never();
  Instant next_uplinks;
  std::vector<Uplink> poor_uplinks;
  std::vector<UplinksChanged> uplinks_news;
  Instant last_voices{INT64_MIN / 2};
  bool voices_scarce = false;  // somebody can't get all voices that there are
  size_t connected = 0;
  bool spread = false;           // over several workers
  bool news = false;             // take_events() has something to say
  std::vector<Layer*> queued;    // layers with packets to pass on, while a batch arrives
  std::vector<Connection*> due;  // who gets something of it, while it is passed on
  RoomCounts counts;

  // room.cpp
  Participant* find(ParticipantId id) const;
  void leave(Participant& participant);
  std::optional<SlotsChanged> take_slots(Participant& participant) const;

  // room_packets.cpp
  Status handle_rtp(Instant now, Participant& from, MutBytes datagram, Egress& out);
  void note_arrival(Instant now, const Arrival& arrival);
  void note_flow(Instant now, Layer& layer);
  void note_gap(Instant now, Layer& layer, int64_t newest_before, int64_t sequence);
  void deliver(Instant now, Layer& layer, const MediaPacket& packet, Egress& out);
  void flush(Instant now, Egress& out);
  void find_due();
  void pass_on(Instant now, Slot& slot, std::span<const MediaPacket> packets, Egress& out);
  void start(Instant now, Slot& slot, Layer& layer, const MediaPacket& packet, Instant arrived,
             Egress& out);
  bool start_from_history(Instant now, Slot& slot, Egress& out);
  void rebound(Instant now, Layer& layer, Egress& out);

  // room_assign.cpp
  void assign_all(Instant now, Egress& out);
  void assign_both(Instant now, Participant& receiver, Egress& out);
  void assign(Instant now, Participant& receiver, rtc::MediaKind kind, Egress& out);
  std::vector<Content> others_tracks(const Participant& receiver, rtc::MediaKind kind) const;
  std::vector<Content> desired(Instant now, Participant& receiver, rtc::MediaKind kind,
                               size_t slots);
  std::vector<Content> wanted_video(const Participant& receiver) const;
  std::vector<Content> audible(Instant now, Participant& receiver, std::span<const Content> voices,
                               size_t slots) const;
  static void rank(const Participant& receiver, Slot& slot);
  Track* track_of(const std::optional<Content>& content) const;
  bool retarget(Instant now, Slot& slot);
  void retarget_all(Instant now, const Track& track);
  void choose_voices(Instant now, Egress& out);
  static void detach(Slot& slot);
  void wish(Instant now, Slot& slot, const Rendition& wished);
  static void unwish(Slot& slot);

  // room_downlink.cpp
  void handle_transport_feedback(Instant now, Participant& from,
                                 const rtc::TransportFeedback& feedback, Egress& out);
  void tend_downlinks(Instant now, Egress& out);
  void tend(Instant now, Participant& receiver, Egress& out);
  void start_over(Instant now, Slot& slot, Egress& out);
  static rtc::BitRate voice_rate(Instant now, const Track& track);
  void share_out(Instant now, Participant& receiver, Egress& out);
  void apply(Instant now, Slot& slot, const SlotAllocation& share, Egress& out);
  void tell_held_back(Participant& receiver);
  void send_probe(Instant now, Participant& to, Egress& out);
  void hold(Instant now, Slot& slot, std::span<const MediaPacket> packets, Egress& out);
  void send_held(Instant now, Connection& to, Egress& out);

  // room_watched.cpp
  void resume(Instant now, const Rendition& wanted);
  void review_watched(Instant now, Participant& publisher);
  void review_uplinks(Instant now);
  void tell_uplinks(std::vector<ParticipantId> to);

  // room_feedback.cpp
  Status handle_rtcp(Instant now, Participant& from, Bytes compound, Egress& out);
  Status handle_request(Instant now, Participant& publisher, Bytes compound, Egress& out);
  void handle_sender_report(Instant now, Participant& from, const rtc::SenderReport& report,
                            Egress& out);
  void handle_blocks(Instant now, Participant& from, std::span<const rtc::ReportBlock> blocks);
  void handle_nack(Instant now, Participant& from, const rtc::Nack& nack, Egress& out);
  void handle_key_request(Instant now, Participant& from, uint32_t ssrc, Egress& out);
  void handle_bye(Instant now, Participant& from, const rtc::Bye& bye);
  void seek_start(Instant now, Slot& slot, Egress& out);
  void want_key_frame(Instant now, Layer& layer, Egress& out);
  void request_key_frame(Instant now, Layer& layer, Egress& out);
  void send_sender_report(Instant now, Slot& slot, Egress& out);
  void send_feedback(Instant now, Participant& to, Egress& out);
  void send_report(Instant now, Participant& to, Egress& out);
  void send_nacks(Instant now, Egress& out);
  void repeat_key_requests(Instant now, Track& track, Egress& out);
  void tick(Instant now, Egress& out);
};

}  // namespace vicino::sfu
