// All media of one worker thread: its rooms, their peers, one UDP port. Sans-IO: datagrams and
// commands in, datagrams (through the outbox) and events out. net/media_thread.h pumps it; tests
// and simulations call it directly.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "rtc/peer.h"
#include "sfu/relay.h"
#include "sfu/room.h"

namespace vicino::sfu {

// Monotonic counts since start, for /metrics. Plain numbers: read on the shard's own thread.
struct ShardStats {
  uint64_t datagrams_in = 0, bytes_in = 0;
  uint64_t rtp_in = 0, rtp_out = 0, rtcp_in = 0, rtx_out = 0;
  uint64_t nack_in = 0, pli_in = 0, pli_out = 0;
  uint64_t refused_unknown_peer = 0;  // no such STUN user name, or no validated path from there
  uint64_t refused_malformed = 0;
  uint64_t refused_unauthenticated = 0;  // STUN integrity, DTLS fingerprint, SRTP tag
  uint64_t refused_replayed = 0;
  uint64_t refused_other = 0;
  uint64_t refused_busy = 0;                 // steps of handshakes, over a bound
  uint64_t relayed_in = 0, relayed_out = 0;  // packets from and to other workers
  // Now, not since start.
  uint64_t rooms = 0, peers = 0, peers_connected = 0;
  uint64_t downlinks = 0;  // receivers that report what arrives
  uint64_t slots_held_back = 0;
  uint64_t downlink_bits_per_second = 0;                  // estimated, of all of them
  uint64_t history_bytes = 0, largest_history_bytes = 0;  // of all rooms; of the one with most
};

struct ShardSettings {
  RoomSettings room = {.history_bytes = size_t{64} << 20};
};

class Shard {
 public:
  // `health` are the ICE credentials of a pseudo peer that answers STUN checks and nothing else:
  // /healthz uses it to prove that the port answers. `relays`: where packets for other workers
  // leave, for as long as this lives; without one no room can be spread.
  Shard(const rtc::DtlsIdentity& identity, SecureRandom& random, rtc::TransportParameters health,
        Instant now, ShardSettings settings = {}, RelayExit* relays = nullptr);
  ~Shard();

  // Datagrams of one receive batch, then flush(): what is only passed on waits for that, so that
  // each receiver gets it in one piece. Commands and timeouts flush by themselves. A step of a DTLS
  // handshake takes as long as hundreds of packets: it waits for handle_timeout(), which is then
  // due at once and takes one, so that media that has come meanwhile goes first.
  void handle_datagram(Instant now, const Address& from, MutBytes datagram, rtc::Outbox& out);
  // From another worker; belongs to the batch as a datagram does.
  void handle_relayed(Instant now, const Relayed& what, MutBytes packet, rtc::Outbox& out);
  void flush(Instant now, rtc::Outbox& out);
  // How many receivers the video streams have together that are in the middle of a frame now,
  // before flush().
  size_t unfinished() const;
  void handle_command(Instant now, Command command, rtc::Outbox& out);
  void handle_timeout(Instant now, rtc::Outbox& out);
  Instant next_timeout() const;

  std::vector<Event> take_events();
  ShardStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::sfu
