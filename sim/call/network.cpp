#include "sim/call/network.h"

#include "rtc/rtp.h"

namespace vicino::sim {
namespace {

PathSettings beside(PathSettings settings) {
  return {.delay = settings.delay, .blocked = settings.blocked};
}

uint64_t tag_of(uint16_t owner, Traffic traffic) {
  return static_cast<uint64_t>(owner) << 8 | static_cast<uint64_t>(traffic);
}

bool goes_beside(Traffic traffic, Bytes datagram) {
  return traffic == Traffic::signalling || rtc::classify(datagram) == rtc::DatagramKind::dtls;
}

}  // namespace

Lane::Lane(const PathSettings& settings, uint64_t seed)
    : path_(seed, settings), beside_(seed, beside(settings)) {}

void Lane::schedule(Instant at, const PathSettings& settings) {
  CHECK(path_.schedule(at, settings).has_value());
  CHECK(beside_.schedule(at, beside(settings)).has_value());
}

void Lane::add_outage(Instant from, Instant to) {
  CHECK(path_.add_outage(from, to).has_value());
  CHECK(beside_.add_outage(from, to).has_value());
}

void Lane::push(Instant now, uint16_t owner, Traffic traffic, Bytes datagram) {
  Path& path = goes_beside(traffic, datagram) ? beside_ : path_;
  path.push(now, Buffer(datagram.begin(), datagram.end()), tag_of(owner, traffic));
}

void Lane::push_foreign(Instant now, uint64_t number, size_t bytes, uint16_t owner) {
  Buffer packet(bytes);
  store64(packet.data(), number);
  path_.push(now, std::move(packet), tag_of(owner, Traffic::control));
}

std::optional<Lane::Arrival> Lane::take(Instant now) {
  const auto arrival = [](Delivery& delivery) {
    return Arrival{static_cast<uint16_t>(delivery.tag >> 8),
                   static_cast<Traffic>(delivery.tag & 0xff), std::move(delivery.bytes),
                   std::nullopt};
  };
  if (auto delivery = beside_.take(now)) return arrival(*delivery);
  auto delivery = path_.take(now);
  if (!delivery) return std::nullopt;
  const auto size = static_cast<uint32_t>(delivery->bytes.size() + path_.settings().overhead);
  Arrival arrived = arrival(*delivery);
  arrived.crossing = crossings_.size();
  crossings_.push_back({delivery->at, delivery->waited, size, arrived.owner, arrived.traffic});
  return arrived;
}

Instant Lane::next_deadline() const {
  return std::min(path_.next_deadline(), beside_.next_deadline());
}

}  // namespace vicino::sim
