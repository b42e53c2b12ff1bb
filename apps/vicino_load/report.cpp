#include "report.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vicino::load {
namespace {

using Json = nlohmann::ordered_json;

// To so many of the unit's parts: 10 rounds to tenths, which are then printed as such.
double rounded(double value, double parts) {
  return std::round(value * parts) / parts;
}

// Microseconds, or with 1e6 milliseconds, of a histogram's nanoseconds.
Json percentiles(const Histogram& h, double unit,
                 std::initializer_list<std::pair<const char*, double>> shares) {
  Json json = Json::object();
  for (const auto& [name, share] : shares)
    json[name] = rounded(static_cast<double>(h.at(share)) / unit, 10);
  json["max"] = rounded(static_cast<double>(h.largest()) / unit, 10);
  return json;
}

Json counts(const Tally& t) {
  const ReceiverCounts& r = t.received;
  return {{"sent", t.sent_measured},
          {"expected", r.expected},
          {"received", r.received},
          {"lost", r.lost()},
          {"reordered", r.reordered},
          {"repaired", r.repaired},
          {"duplicate", r.duplicate},
          {"bad_stamp", r.bad_stamp + t.bystanders_bad},
          {"unauthenticated", r.unauthenticated},
          {"delay_us", percentiles(t.delays, 1e3, {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}})}};
}

Json traffic(const Settings& s) {
  Json json = {{"rooms", s.rooms}, {"publishers", s.publishers}, {"subscribers", s.subscribers}};
  if (s.video) {
    json["video"] = {{"bitrate", s.bitrate},
                     {"fps", s.frame_rate},
                     {"packet_size", s.packet_size},
                     {"layers", s.layers},
                     {"key_frame_seconds", s.key_frame_seconds}};
  }
  if (s.audio)
    json["audio"] = {{"bitrate", s.audio_bitrate}, {"packets_per_second", audio_frame_rate}};
  return json;
}

// What carried the load, for whoever asks whether the generator was the limit.
Json generator(const Tally& t, double cpu, double seconds) {
  return {{"cpu_seconds", rounded(cpu, 1000)},
          {"cpu_share", rounded(cpu / seconds, 1000)},
          {"cpu_us_per_packet",
           t.received.received == 0
               ? 0
               : rounded(cpu * 1e6 / static_cast<double>(t.received.received), 1000)},
          {"send_drops", t.send_drops},
          {"receive_drops", t.receive_drops},
          {"late_frames", t.late_frames},
          {"left_out_frames", t.frames_left_out}};
}

Json server(const Tally& t, const Plan& plan, const ProcessUse& before, const ProcessUse& start,
            const ProcessUse& end, double seconds) {
  const double cpu = end.cpu_seconds - start.cpu_seconds;
  Json json = {{"cpu_seconds", rounded(cpu, 1000)},
               {"cpu_share", rounded(cpu / seconds, 1000)},
               {"cpu_us_per_packet",
                t.received.received == 0
                    ? 0
                    : rounded(cpu * 1e6 / static_cast<double>(t.received.received), 1000)},
               {"join_cpu_seconds", rounded(start.cpu_seconds - before.cpu_seconds, 100)},
               {"resident_kib", end.resident_kib},
               {"resident_kib_before", before.resident_kib}};
  const double growth =
      static_cast<double>(end.resident_kib) - static_cast<double>(before.resident_kib);
  json["kib_per_peer"] =
      rounded(growth / static_cast<double>(plan.publishers.size() + plan.subscribers.size()), 10);
  return json;
}

}  // namespace

std::string interval_line(const Tally& tally, const Usage& start, const Usage& now) {
  Json line = {{"type", "interval"}, {"seconds", rounded(now.at - start.at, 1000)}};
  line.update(counts(tally));
  // What was sent last is still under way: only the result knows what was expected and didn't come.
  line.erase("expected");
  line.erase("lost");
  line["generator_cpu_seconds"] = rounded(now.generator_cpu - start.generator_cpu, 1000);
  if (now.server && start.server) {
    line["server_cpu_seconds"] = rounded(now.server->cpu_seconds - start.server->cpu_seconds, 100);
    line["server_resident_kib"] = now.server->resident_kib;
  }
  return line.dump();
}

std::string result_line(const Settings& settings, const Plan& plan, const Tally& tally,
                        const Usage& before, const Usage& start, const Usage& end,
                        const Signalling& signalling) {
  const double seconds = end.at - start.at;
  Json line = {{"type", "result"},
               {"scenario", name_of(settings.scenario)},
               {"target", settings.target},
               {"srtp", settings.default_profiles ? "default" : "aes128-gcm"},
               {"srtp_tag_bytes", tally.tag_bytes},
               {"seconds", rounded(seconds, 1000)}};
  line.update(traffic(settings));
  line["connected"] = {{"publishers", tally.publishers},
                       {"subscribers", tally.subscribers},
                       {"lost", tally.lost},
                       {"failed", signalling.failed}};
  line.update(counts(tally));
  line["packets_per_second"] = rounded(static_cast<double>(tally.received.received) / seconds, 1);
  line["key_frames"] = tally.key_frames;
  line["key_frame_requests"] = tally.key_frame_requests;
  line["join_ms"] = percentiles(tally.join, 1e6, {{"p50", 0.5}, {"p95", 0.95}});
  line["connect_ms"] = percentiles(tally.connect, 1e6, {{"p50", 0.5}, {"p95", 0.95}});
  line["signalling_ms"] = percentiles(signalling.times, 1e6, {{"p50", 0.5}, {"p95", 0.95}});
  line["generator"] = generator(tally, end.generator_cpu - start.generator_cpu, seconds);
  if (before.server && start.server && end.server) {
    line["server"] = server(tally, plan, *before.server, *start.server, *end.server, seconds);
  } else if (settings.server_pid != 0) {
    line["server"] = "gone";
  }
  return line.dump();
}

}  // namespace vicino::load
