// Those who have come with a room's link and aren't in its group yet.
#pragma once

#include <optional>
#include <vector>

#include "server/negotiation.h"

namespace vicino::server {

struct WaitingPerson {
  ConnectionId connection;
  SenderId sender;
  Buffer key_package_ref;
  Buffer signature_key;
  Buffer key_package;
  Buffer name;        // sealed; may be empty
  Buffer group_info;  // for when the room's group ends while they wait
  NegotiatedMedia media;
};

class Lobby {
 public:
  WaitingPerson* find(ConnectionId connection) {
    return first([&](const WaitingPerson& p) { return p.connection == connection; });
  }
  WaitingPerson* find(SenderId sender) {
    return first([&](const WaitingPerson& p) { return p.sender == sender; });
  }
  WaitingPerson* find_key_package(const Buffer& ref) {
    return first([&](const WaitingPerson& p) { return p.key_package_ref == ref; });
  }
  void add(WaitingPerson person) { people_.push_back(std::move(person)); }
  // Who is there.
  WaitingPerson take(SenderId sender) {
    const auto found = std::ranges::find(people_, sender, &WaitingPerson::sender);
    CHECK(found != people_.end());
    WaitingPerson person = std::move(*found);
    people_.erase(found);
    return person;
  }
  const std::vector<WaitingPerson>& people() const { return people_; }  // longest waiting first
  size_t size() const { return people_.size(); }
  bool empty() const { return people_.empty(); }

 private:
  WaitingPerson* first(const auto& wanted) {
    const auto found = std::ranges::find_if(people_, wanted);
    return found == people_.end() ? nullptr : &*found;
  }

  std::vector<WaitingPerson> people_;
};

}  // namespace vicino::server
