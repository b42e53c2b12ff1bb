// One line of a schedule or of standard input: what is to change, or to be told. Either words and
// key=value pairs or a JSON object with the same names:
//
//   down-rate=1M loss=5%            {"down-rate": "1M", "loss": "5%"}
//   outage 10s                      {"outage": "10s"}
//   at=5s client=2 up-delay=80ms    {"at": "5s", "client": 2, "up-delay": "80ms"}
//   block   unblock   stats   reset   rebind
#pragma once

#include <optional>

#include "settings.h"

namespace vicino::relay {

inline constexpr size_t max_line = 4096;  // bytes; a line with every setting has about 500

struct Command {
  Duration at{};  // from when it was read
  std::optional<uint32_t>
      client;  // by its number in the statistics; nullopt: all, and those to come
  std::vector<Change> changes;
  std::optional<Duration> up_outage, down_outage;
  bool rebind = false;  // the target sees the clients come from other ports from now on
  bool reset = false;   // statistics begin anew
  bool stats = false;
};

// nullopt: nothing but space, or a comment after #. Errors: a sentence that says what to write
// instead.
Parsed<std::optional<Command>> parse_command(std::string_view line);

}  // namespace vicino::relay
