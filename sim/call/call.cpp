#include "sim/call/call.h"

#include <algorithm>

#include "sim/call/negotiated.h"

namespace vicino::sim {
namespace {

const Address server_address = Address::v4({192, 0, 2, 1}, 40'000);
constexpr sfu::RoomId room{1};
// Acknowledgements of a competitor come back by a way of their own.
constexpr Duration ack_delay = milliseconds(25);

ParticipantId id_of(size_t person) {
  return {static_cast<uint32_t>(person + 1)};
}

Address address_of(size_t person) {
  return Address::v4({198, 51, 100, static_cast<uint8_t>(person + 1)}, 5000);
}

// What signalling says: its type, and a number, of the visit or of something told.
enum class Message : uint8_t { join, answer, event };
Buffer message(Message type, uint32_t number) {
  Buffer bytes(5);
  bytes[0] = static_cast<uint8_t>(type);
  store32(&bytes[1], number);
  return bytes;
}

// Who is to know of it; nobody of what plays no part here.
std::optional<ParticipantId> receiver_of(const sfu::Event& event) {
  if (const auto* watched = std::get_if<sfu::LayersWatched>(&event)) return watched->id;
  if (const auto* held = std::get_if<sfu::HeldBackChanged>(&event)) return held->id;
  return std::nullopt;
}

}  // namespace

Call::Call(const std::vector<Person>& people, uint64_t seed)
    : seed_(seed),
      random_(seed),
      server_identity_(rtc::DtlsIdentity::create().value()),
      client_identity_(rtc::DtlsIdentity::create().value()),
      shard_(*server_identity_, random_, {"health", "health-password-of-22-chars", {}, {}}, now_) {
  CHECK(people.size() < 100);
  members_.reserve(people.size());
  for (const Person& person : people) {
    const size_t number = members_.size();
    Member& member = members_.emplace_back();
    member.client = std::make_unique<Client>(id_of(number), person, *client_identity_, random_,
                                             seed * 1'000'003 + number * 1009, now_);
    member.address = address_of(number);
    member.views = person.views;
    member.up = lane_of(person.up, person.up_with, true);
    member.down = lane_of(person.down, person.down_with, false);
  }
}
Call::~Call() = default;

size_t Call::lane_of(const PathSettings& settings, const std::string& shared_with, bool up) {
  if (!shared_with.empty()) {
    const Member& other = members_[find(shared_with)];
    return up ? other.up : other.down;
  }
  lanes_.push_back(std::make_unique<Lane>(settings, seed_ * 7919 + lanes_.size()));
  lane_is_up_.push_back(up);
  return lanes_.size() - 1;
}

size_t Call::find(std::string_view name) const {
  const auto it = std::ranges::find_if(
      members_, [&](const Member& m) { return m.client->person().name == name; });
  CHECK(it != members_.end());
  return static_cast<size_t>(it - members_.begin());
}

void Call::change_address(size_t person) {
  ++members_[person].address.port;
}

void Call::look_at(size_t person, std::vector<View> views) {
  members_[person].views = std::move(views);
  send_wants(person);
}

void Call::compete(size_t lane) {
  CHECK(!competitor_);
  competitor_.emplace(Competitor{lane, TcpFlow(now_, ack_delay)});
}

void Call::run_until(Instant end) {
  for (Instant next = next_event(); next <= end; next = next_event()) {
    now_ = std::max(now_, next);
    step();
  }
  now_ = end;
}

Instant Call::next_event() const {
  Instant next = shard_.next_timeout();
  for (const auto& lane : lanes_) next = std::min(next, lane->next_deadline());
  for (const Member& member : members_) next = std::min(next, member.due);
  return competitor_ ? std::min(next, competitor_->flow.next_timeout()) : next;
}

void Call::step() {
  for (size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane]->next_deadline() > now_) continue;
    lane_is_up_[lane] ? arrive_at_server(lane) : arrive_at_client(lane);
  }
  shard_.flush(now_, out_);
  if (shard_.next_timeout() <= now_) shard_.handle_timeout(now_, out_);
  send_server();
  for (size_t person = 0; person < members_.size(); ++person) {
    if (members_[person].due > now_) continue;
    members_[person].client->handle_timeout(now_);
    send_clients(person);
  }
  if (!competitor_) return;
  for (size_t left = competitor_->flow.take_packets(now_); left > 0; --left)
    lanes_[competitor_->lane]->push_foreign(now_, competitor_->sent++, TcpFlow::packet_size,
                                            competitor);
}

void Call::arrive_at_server(size_t lane) {
  while (auto arrival = lanes_[lane]->take(now_)) {
    if (arrival->owner == competitor) {
      competitor_->flow.arrived(now_, load64(arrival->bytes.data()));
    } else if (arrival->traffic == Traffic::signalling) {
      join(arrival->owner, load32(&arrival->bytes[1]));
    } else {
      shard_.handle_datagram(now_, members_[arrival->owner].address, arrival->bytes, out_);
    }
  }
}

void Call::arrive_at_client(size_t lane) {
  while (auto arrival = lanes_[lane]->take(now_)) {
    if (arrival->owner == competitor) {
      competitor_->flow.arrived(now_, load64(arrival->bytes.data()));
      continue;
    }
    Client& client = *members_[arrival->owner].client;
    if (arrival->traffic == Traffic::signalling) {
      hear(arrival->owner, arrival->bytes);
    } else {
      const Traffic traffic = client.handle_datagram(now_, server_address, arrival->bytes);
      lanes_[lane]->identify(*arrival, traffic);
    }
    send_clients(arrival->owner);
  }
}

// What signalling says to a client.
void Call::hear(size_t person, Bytes said) {
  Client& client = *members_[person].client;
  const uint32_t number = load32(&said[1]);
  if (said[0] == static_cast<uint8_t>(Message::answer)) {
    client.answer(now_, number, server_credentials(person, number));
  } else {
    client.hear(now_, told_[number]);
  }
}

rtc::TransportParameters Call::server_credentials(size_t person, uint32_t visit) const {
  const std::string name = "s" + std::to_string(person) + "v" + std::to_string(visit);
  return {
      name, name + "-a-password-of-22-chars", server_identity_->fingerprint(), {server_address}};
}

// The server's part of signalling: the same stay, with a new connection.
void Call::join(size_t person, uint32_t visit) {
  Member& member = members_[person];
  const rtc::PeerConfig transport{rtc::PeerConfig::Role::server, server_credentials(person, visit),
                                  member.client->credentials(visit)};
  auto setup = participant_setup(id_of(person), member.client->person(), visit);
  if (std::exchange(member.known, true)) {
    shard_.handle_command(now_, sfu::ReplaceParticipant{room, std::move(setup), transport}, out_);
  } else {
    shard_.handle_command(now_, sfu::AddParticipant{room, std::move(setup), transport}, out_);
  }
  send_wants(person);
  lanes_[member.down]->push(now_, static_cast<uint16_t>(person), Traffic::signalling,
                            message(Message::answer, visit));
}

void Call::send_wants(size_t person) {
  std::vector<sfu::Want> wants;
  for (const View& view : members_[person].views)
    wants.push_back(
        {id_of(find(view.of)), sfu::Source::camera, view.width, view.height, view.focus});
  shard_.handle_command(now_, sfu::SetWants{room, id_of(person), std::move(wants)}, out_);
}

void Call::send_clients(size_t person) {
  Member& member = members_[person];
  Lane& lane = *lanes_[member.up];
  const auto owner = static_cast<uint16_t>(person);
  if (const auto visit = member.client->take_join())
    lane.push(now_, owner, Traffic::signalling, message(Message::join, *visit));
  for (const Client::Datagram& d : member.client->take_outgoing())
    lane.push(now_, owner, d.traffic, d.bytes);
  member.due = member.client->next_timeout();
}

void Call::send_server() {
  for (const auto& d : out_.datagrams()) {
    const auto to = std::ranges::find(members_, d.to, &Member::address);
    if (to == members_.end()) continue;
    lanes_[to->down]->push(now_, static_cast<uint16_t>(to - members_.begin()), Traffic::control,
                           out_.bytes(d));
  }
  out_.clear();
  for (sfu::Event& event : shard_.take_events()) tell(std::move(event));
}

void Call::tell(sfu::Event event) {
  const auto to = receiver_of(event);
  if (!to) return;
  const size_t person = to->value - 1;
  lanes_[members_[person].down]->push(now_, static_cast<uint16_t>(person), Traffic::signalling,
                                      message(Message::event, static_cast<uint32_t>(told_.size())));
  told_.push_back(std::move(event));
}

}  // namespace vicino::sim
