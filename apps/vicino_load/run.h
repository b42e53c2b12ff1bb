// One run from the first room to the last good-bye.
#pragma once

#include <functional>
#include <string>

#include "settings.h"

namespace vicino::load {

// Blocks until it is over. `print` gets each JSON line, without its newline: one per interval, and
// the result. Errors: a sentence.
Outcome<void> run(const Settings& settings, const std::function<void(const std::string&)>& print);

}  // namespace vicino::load
