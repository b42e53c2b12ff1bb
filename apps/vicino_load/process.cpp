#include "process.h"

#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace vicino::load {

std::optional<ProcessUse> process_use(int pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  std::ifstream stat(folder + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return std::nullopt;
  // Fields after the name, which is in parentheses and may hold anything; utime and stime are the
  // 12th and 13th (proc(5)).
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  uint64_t user = 0, system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  ProcessUse use;
  use.cpu_seconds =
      static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream statm(folder + "/statm");
  uint64_t pages = 0;
  if (statm >> pages >> pages)
    use.resident_kib = pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
  return use;
}

double own_cpu_seconds() {
  timespec t;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

}  // namespace vicino::load
