// `vicino new-room`: a link made from fresh randomness on this machine. The server isn't asked: a
// room begins when its link is first used.
#pragma once

#include <string>

namespace vicino::cli {

// Prints the link. Returns the exit code: 2 when `server` isn't an http(s) address.
int new_room(const std::string& server);

}  // namespace vicino::cli
