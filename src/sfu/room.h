// A room's media: who publishes what, which packet goes to whom, rewritten how. Knows RTP and RTCP
// in the clear (the payload is ciphertext it can't open), nothing of sockets, SRTP or signalling.
// One owner, one thread.
#pragma once

#include <memory>
#include <span>

#include "base/random.h"
#include "base/time.h"
#include "sfu/types.h"

namespace vicino::sfu {

// Where a room's packets leave. One call per packet; must not call back into the room.
class Egress {
 public:
  virtual ~Egress() = default;
  virtual void rtp(ParticipantId to, Bytes header, Bytes payload) = 0;
  virtual void rtcp(ParticipantId to, Bytes compound) = 0;
};

// Since the room's start.
struct RoomCounts {
  uint64_t nack_in = 0, pli_in = 0;  // of receivers; a full intra request counts as a PLI
  uint64_t pli_out = 0, rtx_out = 0;
};

class Room {
 public:
  struct Impl;

  Room(SecureRandom& random, Instant now);
  ~Room();

  void add(Instant now, ParticipantSetup setup, Egress& out);
  void replace(Instant now, ParticipantSetup setup, Egress& out);
  void remove(Instant now, ParticipantId id, Egress& out);
  // The participant's media path is up: it may be sent to from now on.
  void connected(Instant now, ParticipantId id, Egress& out);
  void set_wants(Instant now, ParticipantId id, std::span<const Want> wants, Egress& out);

  // Decrypted packets of one participant, parsed in place. Errors are for counting.
  Status handle_rtp(Instant now, ParticipantId from, MutBytes packet, Egress& out);
  Status handle_rtcp(Instant now, ParticipantId from, Bytes compound, Egress& out);
  void handle_timeout(Instant now, Egress& out);
  Instant next_timeout() const;

  bool empty() const;
  // Slot changes since the last call.
  std::vector<SlotsChanged> take_changes();
  const RoomCounts& counts() const;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::sfu
