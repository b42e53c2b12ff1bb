// What a process has used, from /proc.
#pragma once

#include <cstdint>
#include <optional>

namespace vicino::load {

struct ProcessUse {
  double cpu_seconds = 0;     // of all its threads, user and system
  uint64_t resident_kib = 0;  // memory it has now
};
// nullopt: there is no such process.
std::optional<ProcessUse> process_use(int pid);
// Of this process.
double own_cpu_seconds();

}  // namespace vicino::load
