// A run's JSON lines.
#pragma once

#include <optional>
#include <string>

#include "process.h"
#include "settings.h"
#include "tally.h"

namespace vicino::load {

// What was used until a moment.
struct Usage {
  double at = 0;             // seconds, monotonic
  double generator_cpu = 0;  // seconds
  std::optional<ProcessUse> server;
};
struct Signalling {
  Histogram times;
  size_t failed = 0;
};

std::string interval_line(const Tally& tally, const Usage& start, const Usage& now);
// `before`: anybody joined; `start` and `end`: of the measured time.
std::string result_line(const Settings& settings, const Plan& plan, const Tally& tally,
                        const Usage& before, const Usage& start, const Usage& end,
                        const Signalling& signalling);

}  // namespace vicino::load
