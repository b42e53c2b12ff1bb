// A thread that owns one sfu::Shard, one UDP port and the media paths over TCP that end there:
// receives a batch, handles it, sends what came of it, sleeps until the next datagram, command or
// deadline.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "net/entropy.h"
#include "net/mailbox.h"
#include "net/relays.h"
#include "net/spin.h"
#include "net/tcp_paths.h"
#include "net/udp.h"
#include "sfu/shard.h"

namespace vicino::net {

struct MediaThreadStats {
  sfu::ShardStats shard;
  uint64_t send_drops = 0;
  uint64_t send_calls = 0;
  uint64_t relay_drops = 0;
  uint64_t tcp_paths = 0;  // now
  uint64_t tcp_drops = 0;
};

class MediaThread {
 public:
  // `on_events` is called on this thread, with at least one event; it must only pass them on.
  // `relays`: the way to the other workers, null where there are none.
  MediaThread(std::unique_ptr<UdpSocket> socket, const rtc::DtlsIdentity& identity,
              rtc::TransportParameters health,
              std::function<void(std::vector<sfu::Event>)> on_events,
              sfu::ShardSettings settings = {}, Relays::End* relays = nullptr,
              SpinSettings spin = {});
  ~MediaThread();  // stops and joins

  void post(sfu::Command command) { commands_.post(std::move(command)); }
  // The connection becomes a media path of this worker.
  void take(TcpArrival arrival) { tcp_.post(std::move(arrival)); }
  uint16_t port() const { return socket_->port(); }
  // As of about a second ago at most.
  MediaThreadStats stats() const;

 private:
  void run();
  bool wait(Instant due);
  size_t receive(Instant turn, sfu::Shard& shard, rtc::Outbox& out);
  void receive_tcp(Instant turn, sfu::Shard& shard, rtc::Outbox& out);
  void receive_rtcp(Instant turn, sfu::Shard& shard, rtc::Outbox& out);
  void receive_relayed(Instant turn, sfu::Shard& shard, rtc::Outbox& out);
  void receive_rest(Instant turn, sfu::Shard& shard, rtc::Outbox& out);
  void send(Instant turn, const rtc::Outbox& out);
  void once_a_second(Instant now, const sfu::Shard& shard);

  std::unique_ptr<UdpSocket> socket_;
  const rtc::DtlsIdentity& identity_;
  rtc::TransportParameters health_;
  sfu::ShardSettings settings_;
  std::function<void(std::vector<sfu::Event>)> on_events_;
  Mailbox<sfu::Command> commands_;
  TcpPaths tcp_;
  bool tcp_ready_ = false;  // there is something to receive
  Relays::End* relays_;
  Spin spin_;
  RestOfFrames rest_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex stats_mutex_;
  MediaThreadStats stats_;
  Instant stats_due_{};
  Instant rtcp_read_{};
  std::thread thread_;
};

}  // namespace vicino::net
