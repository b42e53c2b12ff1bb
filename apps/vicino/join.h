// `vicino join`: one or many participants of a call on one event loop.
#pragma once

#include <string>

namespace vicino::cli {

struct JoinOptions {
  std::string link;
  std::string name = "vicino";
  std::string video_file;  // "": no camera
  std::string audio_file;  // "": no microphone
  std::string record;      // "": nothing is written
  std::string record_sealed;
  std::string identity_file;  // "": what it remembers is forgotten at the end
  bool guest = false;
  uint32_t color = 0;
  bool admit = false;       // as a host
  bool open_lobby = false;  // as a host
  std::string say;
  bool commands = false;  // from standard input
  double seconds = 0;
  bool stats = false;
  size_t participants = 1;
  size_t video_slots = 8;
  size_t audio_slots = 8;
};

// Runs until the time is up, a signal comes, or the call refuses every participant. Returns the
// exit code: 0 when all participants were in the call, 1 when one wasn't (the reason is on standard
// error), 2 for bad options.
int join_call(const JoinOptions& options);

}  // namespace vicino::cli
