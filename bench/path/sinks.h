// UDP sockets on the loopback interface that take what the receivers would, on a thread of their
// own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace vicino::bench {

class Sinks {
 public:
  Sinks(uint16_t first, size_t count);
  ~Sinks();
  uint64_t datagrams() const { return datagrams_; }

 private:
  void run();
  std::vector<int> fds_;
  int poll_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> datagrams_ = 0;
  std::thread thread_;
};

}  // namespace vicino::bench
