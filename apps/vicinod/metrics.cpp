#include "metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace vicino::vicinod {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  // A number that can go down.
  void gauge(const char* name, const char* help, uint64_t value) {
    add(name, help, MetricType::Gauge, {value});
  }
  // A number that only grows. More than one value: one per worker.
  void counter(const char* name, const char* help, const std::vector<uint64_t>& values) {
    add(name, help, MetricType::Counter, values, values.size() > 1);
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  void add(const char* name, const char* help, MetricType type, const std::vector<uint64_t>& values,
           bool per_worker = false) {
    MetricFamily family{name, help, type, {}};
    for (size_t i = 0; i < values.size(); ++i) {
      prometheus::ClientMetric metric;
      if (per_worker) metric.label.push_back({"worker", std::to_string(i)});
      (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) =
          static_cast<double>(values[i]);
      family.metric.push_back(std::move(metric));
    }
    families_.push_back(std::move(family));
  }
  std::vector<MetricFamily> families_;
};

struct WorkerCounter {
  const char* name;
  const char* help;
  uint64_t sfu::ShardStats::*field;
};
constexpr WorkerCounter worker_counters[] = {
    {"vicino_media_datagrams_received_total", "UDP datagrams received",
     &sfu::ShardStats::datagrams_in},
    {"vicino_media_bytes_received_total", "UDP payload bytes received", &sfu::ShardStats::bytes_in},
    {"vicino_rtp_received_total", "RTP packets that authenticated", &sfu::ShardStats::rtp_in},
    {"vicino_rtp_forwarded_total", "RTP packets sent, retransmissions included",
     &sfu::ShardStats::rtp_out},
    {"vicino_rtcp_received_total", "RTCP packets that authenticated", &sfu::ShardStats::rtcp_in},
    {"vicino_rtx_sent_total", "Packets sent again on request", &sfu::ShardStats::rtx_out},
    {"vicino_nack_received_total", "Requests to send again", &sfu::ShardStats::nack_in},
    {"vicino_pli_received_total", "Requests of receivers for a key frame",
     &sfu::ShardStats::pli_in},
    {"vicino_pli_sent_total", "Requests to senders for a key frame", &sfu::ShardStats::pli_out},
    {"vicino_relayed_out_total", "Packets and requests given to other workers of the same room",
     &sfu::ShardStats::relayed_out},
    {"vicino_relayed_in_total", "The same, taken from other workers", &sfu::ShardStats::relayed_in},
    {"vicino_refused_unknown_peer_total", "Datagrams from nobody known",
     &sfu::ShardStats::refused_unknown_peer},
    {"vicino_refused_malformed_total", "Datagrams that break their format",
     &sfu::ShardStats::refused_malformed},
    {"vicino_refused_unauthenticated_total", "Datagrams whose tag or integrity is wrong",
     &sfu::ShardStats::refused_unauthenticated},
    {"vicino_refused_replayed_total", "Datagrams seen before", &sfu::ShardStats::refused_replayed},
    {"vicino_refused_busy_total", "Datagrams of handshakes beyond what may wait",
     &sfu::ShardStats::refused_busy},
    {"vicino_refused_other_total", "Datagrams refused for other reasons",
     &sfu::ShardStats::refused_other},
};

}  // namespace

std::string metrics_text(const server::Calls::Counts& calls, const net::HttpServer::Counts& http,
                         const std::vector<net::MediaThreadStats>& workers) {
  Families f;
  f.gauge("vicino_rooms", "Rooms with somebody in them", calls.rooms);
  f.gauge("vicino_participants", "Participants of all calls", calls.participants);
  f.gauge("vicino_waiting", "People who wait to be let into a call", calls.waiting);
  f.gauge("vicino_signalling_connections", "Open WebSockets", calls.connections);
  f.gauge("vicino_http_connections", "Open TCP connections", http.connections);
  f.counter("vicino_joins_total", "Joins", {calls.joins});
  f.counter("vicino_resumes_total", "Stays taken over by a new connection", {calls.resumes});
  f.counter("vicino_refused_joins_total", "Joins refused", {calls.refused_joins});
  f.counter("vicino_bad_messages_total", "Signalling messages refused", {calls.bad_messages});
  f.counter("vicino_http_requests_total", "HTTP requests", {http.requests});
  f.counter("vicino_refused_connections_total", "TCP connections over a limit",
            {http.refused_connections});
  f.counter("vicino_refused_origins_total", "WebSockets of foreign pages", {http.refused_origins});
  f.counter("vicino_slow_readers_total", "Connections cut off because they didn't read",
            {http.slow_readers});
  for (const auto& [name, help, field] : worker_counters) {
    std::vector<uint64_t> values;
    for (const auto& worker : workers) values.push_back(worker.shard.*field);
    f.counter(name, help, values);
  }
  std::vector<uint64_t> drops, calls_made, relay_drops, tcp_drops;
  uint64_t downlinks = 0, downlink_rate = 0, held_back = 0;
  uint64_t peers = 0, tcp_paths = 0, history = 0, largest_history = 0;
  for (const auto& worker : workers) {
    drops.push_back(worker.send_drops);
    calls_made.push_back(worker.send_calls);
    relay_drops.push_back(worker.relay_drops);
    tcp_drops.push_back(worker.tcp_drops);
    tcp_paths += worker.tcp_paths;
    peers += worker.shard.peers_connected;
    downlinks += worker.shard.downlinks;
    downlink_rate += worker.shard.downlink_bits_per_second;
    held_back += worker.shard.slots_held_back;
    history += worker.shard.history_bytes;
    largest_history = std::max(largest_history, worker.shard.largest_history_bytes);
  }
  f.counter("vicino_media_send_drops_total", "Datagrams the socket could not take", drops);
  f.counter("vicino_media_send_calls_total", "System calls made to send", calls_made);
  f.counter("vicino_relay_drops_total", "Packets that another worker hadn't room for", relay_drops);
  f.counter("vicino_media_tcp_drops_total", "Datagrams that a slow TCP connection had no room for",
            tcp_drops);
  f.gauge("vicino_media_tcp_connections", "Open TCP connections that carry media", tcp_paths);
  f.gauge("vicino_media_peers", "Media paths that are up", peers);
  f.gauge("vicino_downlinks", "Clients that report what arrives", downlinks);
  f.gauge("vicino_downlink_bits_per_second",
          "What the paths to these are estimated to carry together", downlink_rate);
  f.gauge("vicino_slots_held_back",
          "Pictures that aren't sent because the path to a client carries no more", held_back);
  f.gauge("vicino_media_history_bytes", "Memory of packets that may have to be sent again",
          history);
  f.gauge("vicino_media_history_largest_room_bytes", "The same, of the room that has most",
          largest_history);
  return f.text();
}

}  // namespace vicino::vicinod
