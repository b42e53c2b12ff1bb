// A whole call in virtual time: the server's own shard, clients with real peers, a network that can
// be bad. One seed gives one course, to the bit.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sfu/shard.h"
#include "sim/call/client.h"
#include "sim/call/network.h"
#include "sim/call/tcp_flow.h"

namespace vicino::sim {

class Call {
 public:
  // Everybody begins to join at zero.
  Call(const std::vector<Person>& people, uint64_t seed);
  ~Call();

  void run_until(Instant end);
  Instant now() const { return now_; }

  size_t find(std::string_view name) const;
  const Client& client(size_t person) const { return *members_[person].client; }
  Lane& up(size_t person) { return *lanes_[members_[person].up]; }
  Lane& down(size_t person) { return *lanes_[members_[person].down]; }
  // From now on: what is under way to the old address never arrives.
  void change_address(size_t person);
  void look_at(size_t person, std::vector<View> views);
  // Lets a flow like TCP's share somebody's bottleneck from now on; one in all.
  void compete_up(size_t person) { compete(members_[person].up); }
  void compete_down(size_t person) { compete(members_[person].down); }
  static constexpr uint16_t competitor = UINT16_MAX;  // the owner of its packets

  sfu::ShardStats server() const { return shard_.stats(); }

 private:
  struct Member {
    std::unique_ptr<Client> client;
    size_t up, down;  // lanes
    Address address;
    std::vector<View> views;
    bool known = false;  // to the server
    Instant due{};       // when the client has something to do
  };
  struct Competitor {
    size_t lane;
    TcpFlow flow;
    uint64_t sent = 0;
  };

  size_t lane_of(const PathSettings& settings, const std::string& shared_with, bool up);
  void compete(size_t lane);
  Instant next_event() const;
  void step();
  void arrive_at_server(size_t lane);
  void arrive_at_client(size_t lane);
  void join(size_t person, uint32_t visit);
  void send_wants(size_t person);
  void send_clients(size_t person);
  void send_server();
  void tell(sfu::Event event);
  void hear(size_t person, Bytes said);
  rtc::TransportParameters server_credentials(size_t person, uint32_t visit) const;

  Instant now_;
  uint64_t seed_;
  SeededRandom random_;
  std::unique_ptr<rtc::DtlsIdentity> server_identity_, client_identity_;
  sfu::Shard shard_;
  rtc::Outbox out_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<bool> lane_is_up_;
  std::vector<Member> members_;
  std::optional<Competitor> competitor_;
  std::vector<sfu::Event> told_;  // what signalling carries names one of these
};

}  // namespace vicino::sim
