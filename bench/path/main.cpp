// What a delivered packet costs: a burst arrives at the shard as one receive batch would bring it,
// everything that comes of it is sealed for every receiver and, in a second run, sent through a
// real socket to sinks on the loopback interface. One JSON object per line; times are CPU time of
// the sending thread, nanoseconds per delivered packet, the best of several runs.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "net/media_thread.h"
#include "net/udp.h"
#include "room.h"
#include "sinks.h"

namespace vicino::bench {
namespace {

constexpr int runs = 5;
constexpr size_t send_early = 256 * 1024;  // as net/media_thread.cpp does

struct Spent {
  double user = 0, system = 0;  // nanoseconds
  double all() const { return user + system; }
};
double thread_time() {
  timespec t;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}
double system_time() {
  rusage usage;
  ::getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_stime.tv_sec) * 1e9 +
         static_cast<double>(usage.ru_stime.tv_usec) * 1e3;
}

struct Run {
  double nanoseconds = 0, system = 0;
  double per_call = 0;  // datagrams
  double lost = 0;      // share
};

// What other work between two bursts does to the caches.
void forget_caches() {
  static std::vector<uint8_t> memory(24 << 20);
  for (size_t i = 0; i < memory.size(); i += 64) ++memory[i];
}

// Per delivered packet, over `bursts`.
Run run_once(BenchRoom& room, const Shape& shape, net::UdpSocket* socket, const Sinks* sinks) {
  const size_t count = std::max<size_t>(100'000 / (shape.receivers * shape.packets), 20);
  auto bursts = room.make_bursts(count);
  rtc::Outbox out(send_early, [socket](const rtc::Outbox& full) {
    if (socket) socket->send(full);
  });
  const uint64_t before = room.shard().stats().rtp_out,
                 sunk_before = sinks ? sinks->datagrams() : 0;
  const uint64_t calls = socket ? socket->syscalls_sent() : 0;
  Run run;
  for (auto& burst : bursts) {
    if (shape.cold) forget_caches();
    const double start = thread_time(), start_system = system_time();
    room.feed(burst, out);
    if (socket) socket->send(out);
    out.clear();
    run.nanoseconds += thread_time() - start;
    run.system += system_time() - start_system;
    if (socket) ::usleep(200);  // frames don't come back to back, and the sinks need their core
    if (room.shard().next_timeout() <= room.now()) room.shard().handle_timeout(room.now(), out);
    if (socket) socket->send(out);
    out.clear();
  }
  const auto delivered = static_cast<double>(room.shard().stats().rtp_out - before);
  if (sinks) {
    ::usleep(20'000);
    run.lost = std::max(0.0, 1 - static_cast<double>(sinks->datagrams() - sunk_before) / delivered);
    run.per_call = delivered / static_cast<double>(socket->syscalls_sent() - calls);
  }
  run.nanoseconds /= delivered;
  run.system /= delivered;
  return run;
}

Run best_of(BenchRoom& room, const Shape& shape, net::UdpSocket* socket, const Sinks* sinks) {
  Run best{1e18, 0, 0, 0};
  for (int i = 0; i <= runs; ++i) {
    const Run run = run_once(room, shape, socket, sinks);
    if (i > 0 && run.nanoseconds < best.nanoseconds) best = run;  // the first warms up
  }
  return best;
}

void measure(const char* name, const Shape& shape, net::UdpSocket& socket) {
  BenchRoom room(shape);
  const Run alone = best_of(room, shape, nullptr, nullptr);
  Run sent;
  {
    const Sinks sinks(first_port, shape.receivers);
    sent = best_of(room, shape, &socket, &sinks);
  }
  std::printf(
      "{\"path\":\"%s\",\"receivers\":%zu,\"burst\":%zu,\"bytes\":%zu,\"ns\":%.0f,\"ns_sent\":%.0f,"
      "\"ns_kernel\":%.0f,\"per_call\":%.1f,\"lost\":%.4f}\n",
      name, shape.receivers, shape.packets, shape.payload, alone.nanoseconds, sent.nanoseconds,
      sent.system, sent.per_call, sent.lost);
  std::fflush(stdout);
}

void measure_memory(size_t receivers) {
  const size_t before = ::mallinfo2().uordblks;
  BenchRoom room({.receivers = receivers});
  auto bursts = room.make_bursts(50);
  rtc::Outbox out;
  for (auto& burst : bursts) {
    room.feed(burst, out);
    out.clear();
  }
  room.free_clients();
  bursts = {};
  out = {};
  ::malloc_trim(0);
  const size_t after = ::mallinfo2().uordblks;
  std::printf("{\"memory\":\"bytes per receiver\",\"receivers\":%zu,\"heap\":%zu}\n", receivers,
              (after - before) / receivers);
}

// Of one core, in percent: a thread that serves nobody.
void measure_idle() {
  auto socket = net::UdpSocket::bind("127.0.0.1", 0);
  CHECK(socket.has_value());
  const auto identity = rtc::DtlsIdentity::create();
  const net::MediaThread thread(std::move(*socket), **identity, {"health", "health", {}, {}},
                                [](std::vector<sfu::Event>) {});
  const auto spent = [] {
    timespec t;
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  };
  constexpr unsigned seconds = 3;
  const double before = spent();
  ::sleep(seconds);
  std::printf("{\"idle\":\"percent of a core\",\"value\":%.3f}\n",
              (spent() - before) / seconds * 100);
}

Shape shape_of(const std::string& name) {
  if (name == "cold") return {.packets = 10, .cold = true};
  if (name == "small") return {.receivers = 4};
  if (name == "audio") return {.receivers = 200, .packets = 1, .payload = 160, .audio = true};
  return {.packets = static_cast<size_t>(std::max(1, std::atoi(name.c_str())))};
}

}  // namespace
}  // namespace vicino::bench

int main(int count, char** arguments) {
  using namespace vicino;
  using namespace vicino::bench;
  BenchRoom::make_identities();
  auto socket = net::UdpSocket::bind("127.0.0.1", 0);
  if (!socket) {
    std::fprintf(stderr, "%s\n", socket.error().c_str());
    return 1;
  }
  if (count > 1 && std::string(arguments[1]) == "memory") {
    measure_memory(100);
    return 0;
  }
  if (count > 1) {  // for a profiler: one shape until it is stopped; "sent" through the socket
    const Shape shape = shape_of(arguments[1]);
    BenchRoom room(shape);
    const Sinks sinks(first_port, shape.receivers);
    const bool sent = count > 2 && std::string(arguments[2]) == "sent";
    while (true)
      (void)run_once(room, shape, sent ? socket->get() : nullptr, sent ? &sinks : nullptr);
  }
  measure("video", {.packets = 10}, **socket);
  measure("video, cold caches", {.packets = 10, .cold = true}, **socket);
  measure("video, sizes differ by one", {.packets = 10, .uneven = true}, **socket);
  measure("video, short bursts", {.packets = 4}, **socket);
  measure("video, one by one", {.packets = 1}, **socket);
  measure("audio", {.receivers = 200, .packets = 1, .payload = 160, .audio = true}, **socket);
  measure("video, a small room", {.receivers = 4, .packets = 10}, **socket);
  measure_memory(500);
  measure_idle();
  return 0;
}
