// Where a run stands: everything the engine knows, added up.
#pragma once

#include "engine.h"

namespace vicino::load {

struct Tally {
  size_t publishers = 0, subscribers = 0;  // connected
  size_t with_media = 0;                   // subscribers that have had a packet
  size_t lost = 0;                         // closed by the server or fallen silent
  uint64_t sent = 0, sent_measured = 0, frames = 0, key_frames = 0, frames_left_out = 0,
           late_frames = 0;
  uint64_t key_frame_requests = 0;
  ReceiverCounts received;      // `expected` set
  uint64_t bystanders_bad = 0;  // bad stamps at those that aren't counted
  uint64_t send_drops = 0, receive_drops = 0;
  size_t tag_bytes = 0;     // SRTP's; 0 when it differed or nothing came
  Histogram join, connect;  // to the first packet (subscribers), to DTLS done (all), from the
                            // signalling's begin
  Histogram delays;
};

// On the engine's thread: within Engine::ask(). Expected is what each counted, connected subscriber
// had to get: all measured packets of every track of the others in its room; of a simulcast track,
// where the server chooses, all from the first to the last of each encoding that came in one go.
Tally tally(const Engine& engine);

}  // namespace vicino::load
