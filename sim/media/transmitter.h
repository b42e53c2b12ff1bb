// Where the models' packets leave: a client's transport.
#pragma once

#include "base/bytes.h"

namespace vicino::sim {

enum class Traffic : uint8_t { audio, video, padding, control, signalling };

class Transmitter {
 public:
  virtual ~Transmitter() = default;
  virtual void send_rtp(Traffic traffic, Bytes header, Bytes payload) = 0;
  virtual void send_rtcp(Bytes compound) = 0;
};

// What a packet takes beside header and payload: the tag of AES-GCM, UDP, IPv4.
inline constexpr size_t wire_overhead = 16 + 8 + 20;

}  // namespace vicino::sim
