// One publisher and any number of receivers around a sans-IO Shard, joined by real ICE, DTLS and
// SRTP in virtual time.
#pragma once

#include <vector>

#include "base/random.h"
#include "net/clock.h"
#include "rtc/peer.h"
#include "sfu/shard.h"

namespace vicino::bench {

inline constexpr uint16_t first_port = 20'000;  // of receiver 0; the others count up

struct Shape {
  size_t receivers = 100;
  size_t packets = 10;    // of one burst: what one receive batch brings
  size_t payload = 1100;  // bytes; with `uneven` every other packet is one byte shorter, as
                          // packetisers cut frames
  bool uneven = false;
  bool audio = false;
  bool cold = false;  // other work between bursts has taken the caches
};

class BenchRoom {
 public:
  explicit BenchRoom(const Shape& shape);

  // `count` bursts as the publisher's socket would send them, sealed; each frame's packets apart.
  std::vector<std::vector<Buffer>> make_bursts(size_t count);
  // Hands one burst to the shard; what it sends is in the outbox afterwards.
  void feed(std::vector<Buffer>& burst, rtc::Outbox& out);
  void free_clients() { clients_.clear(); }
  Instant now() const { return now_; }
  sfu::Shard& shard() { return *shard_; }
  static void make_identities();

 private:
  void add(uint32_t id);
  void connect();
  bool exchange();
  void deliver(Address to, Bytes datagram);
  Buffer packet(bool first, bool last, size_t payload);

  Shape shape_;
  Instant now_{1'000'000};
  SeededRandom random_{5};
  std::unique_ptr<sfu::Shard> shard_;
  std::vector<std::unique_ptr<rtc::Peer>> clients_;  // the publisher first
  rtc::Outbox from_shard_, to_shard_;
  uint16_t sequence_ = 1, picture_ = 0, transport_ = 0;
  uint32_t timestamp_ = 0;
  bool key_sent_ = false;
};

}  // namespace vicino::bench
