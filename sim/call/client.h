// One simulated client: a real peer (ICE, DTLS, SRTP) and the models of what a browser sends and
// receives through it. Sans-IO. A path that died is found as the web app finds it, and the client
// comes back with a new connection.
#pragma once

#include <optional>
#include <vector>

#include "rtc/peer.h"
#include "sfu/types.h"
#include "sim/call/person.h"
#include "sim/media/media_receiver.h"
#include "sim/media/media_sender.h"

namespace vicino::sim {

// What somebody saw and heard, and was told.
struct Experience {
  struct HeldBack {  // from then on: whose cameras the path doesn't carry
    Instant at;
    std::vector<uint32_t> whose;
  };
  std::vector<ShownFrame> shown;
  std::vector<Played> played;
  std::vector<HeldBack> held_back;
};

class Client final : Transmitter {
 public:
  Client(ParticipantId id, const Person& person, const rtc::DtlsIdentity& identity,
         SecureRandom& random, uint64_t seed, Instant now);

  // What the server says.
  void answer(Instant now, uint32_t visit, const rtc::TransportParameters& server);
  void hear(Instant now, const sfu::Event& event);
  // A datagram; says what it carried.
  Traffic handle_datagram(Instant now, const Address& from, MutBytes datagram);
  void handle_timeout(Instant now);
  Instant next_timeout() const;

  struct Datagram {
    Traffic traffic;
    Buffer bytes;
  };
  std::vector<Datagram> take_outgoing() { return std::exchange(outgoing_, {}); }
  // The number of a visit that the client asks the server for.
  std::optional<uint32_t> take_join() { return std::exchange(join_, std::nullopt); }
  rtc::TransportParameters credentials(uint32_t visit) const;

  ParticipantId id() const { return id_; }
  const Person& person() const { return person_; }
  uint32_t visits() const { return visit_ + 1; }
  const MediaSender* sender() const { return sender_ ? &*sender_ : nullptr; }
  const Experience& experience() const { return experience_; }

 private:
  // As the web app: after so much silence it starts over (web/src/call/connection_watch.ts).
  static constexpr Duration patience = seconds(4);
  // Between two attempts to reach the server.
  static constexpr Duration join_interval = seconds(1);

  void send_rtp(Traffic traffic, Bytes header, Bytes payload) override;
  void send_rtcp(Bytes compound) override;
  void drain(Traffic traffic);
  void handle_rtcp(Instant now, Bytes compound);
  void watch_connection(Instant now);
  void run_media(Instant now);
  bool connected() const { return peer_ && peer_->state() == rtc::Peer::State::connected; }

  ParticipantId id_;
  Person person_;
  const rtc::DtlsIdentity& identity_;
  SecureRandom& random_;
  uint64_t seed_;

  uint32_t visit_ = 0;
  std::optional<uint32_t> join_ = 0;
  Instant next_join_, last_heard_;
  std::optional<rtc::Peer> peer_;
  std::optional<MediaSender> sender_;
  std::optional<MediaReceiver> receiver_;
  std::optional<std::vector<std::string>> watched_;  // layers; all until told
  rtc::Outbox out_;
  std::vector<Datagram> outgoing_;
  Experience experience_;
};

}  // namespace vicino::sim
