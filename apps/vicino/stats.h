// Lines of `vicino join --headless-stats`: one JSON object per participant and second, for tests and scripts.
#pragma once

#include <string>

#include "member.h"

namespace vicino::cli {

// `at`: seconds since the program began. Without a newline.
std::string stats_line(const Member& member, double at);

}  // namespace vicino::cli
