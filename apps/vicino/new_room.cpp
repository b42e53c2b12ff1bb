#include "new_room.h"

#include <cstdio>

#include "core/link.h"
#include "net/entropy.h"
#include "websocket.h"

namespace vicino::cli {

int new_room(const std::string& server) {
  const auto url = ServerUrl::parse(server);
  if (!url) {
    std::fprintf(stderr, "vicino: \"%s\" is not a server's address; give one like https://vicino.example\n",
                 server.c_str());
    return 2;
  }
  net::OsRandom random;
  std::printf("%s\n", core::Link::create(url->origin(), random).to_string().c_str());
  return 0;
}

}  // namespace vicino::cli
