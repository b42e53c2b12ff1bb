// What the workers that carry one room tell each other. Each has the whole room: its own
// participants with their slots, the others' as publishers only. A participant's packets go to the
// other workers as they came in, decrypted and before anything is changed in them, and are handled
// there as if they had come in there; back go requests for key frames.
#pragma once

#include "base/bytes.h"
#include "sfu/types.h"

namespace vicino::sfu {

struct Relayed {
  enum class Kind : uint8_t {
    rtp,      // what the participant sent
    rtcp,     // the same: its reports
    request,  // RTCP for the participant, from a room that its packets are relayed to
  };
  Kind kind;
  RoomId room;
  ParticipantId participant;
};

// Where a worker's relayed packets leave.
class RelayExit {
 public:
  virtual ~RelayExit() = default;
  // Copies the packet. What there is no room for is lost, as on a network.
  virtual void relay(size_t worker, const Relayed& what, Bytes packet) = 0;
};

}  // namespace vicino::sfu
