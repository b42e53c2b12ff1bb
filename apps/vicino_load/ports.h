// The generator's end of the network: few UDP sockets for many peers. Servers tell peers apart by
// address, so each peer has one of its own: all addresses of a range (127.0.0.0/8 is all local,
// others need a local route) on each socket's port. One receive call so brings what came for many
// peers, in batches (recvmmsg, UDP_GRO), with the kernel's own time of arrival. IPv4.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "rtc/outbox.h"
#include "target.h"

namespace vicino::load {

// Where peers live: IPv4 addresses as numbers. With one address each peer has a socket of its own.
struct AddressRange {
  uint32_t first = 0;
  uint32_t addresses = 1;

  // "127.1.0.0/16", or a single address. Errors: a sentence.
  static Outcome<AddressRange> parse(std::string_view text);
  // The one address from which this machine reaches `host`, a name or numeric. Errors: a sentence.
  static Outcome<AddressRange> towards(const std::string& host);
};

class Ports {
 public:
  // For `peers` peers, spread over at least `sockets` sockets if there are as many peers. `trains`:
  // packets of equal size that a peer sends in a row leave as one (UDP_SEGMENT), which costs the
  // generator less and isn't what browsers do. Errors: a sentence.
  static Outcome<std::unique_ptr<Ports>> open(AddressRange range, size_t peers, size_t sockets,
                                              bool trains);
  ~Ports();

  Address address_of(size_t peer) const;

  // A datagram for `peer` that came `arrived_ns` (CLOCK_MONOTONIC).
  using Handler =
      std::function<void(size_t peer, const Address& from, MutBytes datagram, uint64_t arrived_ns)>;
  // One batch from each socket that had something when wait() returned. Returns how many datagrams.
  size_t receive(const Handler& handle);
  // Waits until a socket or a watched descriptor is readable, for at most that long. True: the
  // descriptor is.
  bool wait(int64_t nanoseconds);
  void watch(int fd);

  // Takes what `peer` has to send, which leaves with the next flush(). What the kernel can't take
  // then is counted and dropped.
  void queue(size_t peer, const rtc::Outbox& out);
  void flush();
  uint64_t dropped() const;
  // Datagrams that the sockets' full buffers lost: the generator's own loss, not the server's.
  uint64_t overflowed() const;

 private:
  struct Impl;
  explicit Ports(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vicino::load
