#include "report.h"

#include <nlohmann/json.hpp>

namespace vicino::relay {
namespace {

using Json = nlohmann::ordered_json;

double milliseconds_of(Duration d) {
  return static_cast<double>(d.us) / 1000;
}

Json counts(const sim::PathStatistics& s) {
  return {{"pushed", s.pushed},
          {"pushed_bytes", s.pushed_bytes},
          {"delivered", s.delivered},
          {"delivered_bytes", s.delivered_bytes},
          {"dropped_queue", s.dropped_queue},
          {"dropped_loss", s.dropped_loss},
          {"dropped_outage", s.dropped_outage},
          {"dropped_overflow", s.dropped_overflow},
          {"duplicated", s.duplicated},
          {"reordered", s.reordered},
          {"queue_ms",
           {{"p50", milliseconds_of(s.queue_delay.at(0.5))},
            {"p95", milliseconds_of(s.queue_delay.at(0.95))},
            {"max", milliseconds_of(s.queue_delay.largest())}}}};
}

Json with_presence(const sim::Path& path) {
  Json json = counts(path.statistics());
  json["queued_bytes"] = path.queued_bytes();
  json["under_way"] = path.under_way();
  return json;
}

}  // namespace

std::string statistics_line(const Relay& relay, Duration running, const SocketCounts& sockets) {
  Json line = {{"type", "stats"},
               {"seconds", milliseconds_of(running) / 1000},
               {"forgotten", relay.forgotten()},
               {"oversized", sockets.oversized},
               {"unsent", sockets.unsent},
               {"late_ms_max", milliseconds_of(relay.latest())},
               {"up", counts(relay.total(true))},
               {"down", counts(relay.total(false))}};
  Json clients = Json::array();
  for (const auto& [number, client] : relay.clients()) {
    Json entry = {{"number", number}, {"port", client.address.port}, {"listener", client.listener}};
    if (!relay.shared()) {
      entry["up"] = with_presence(relay.lane(number).up);
      entry["down"] = with_presence(relay.lane(number).down);
    }
    clients.push_back(std::move(entry));
  }
  line["clients"] = std::move(clients);
  return line.dump();
}

}  // namespace vicino::relay
