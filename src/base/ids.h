// Ids that can't be mixed up. Each is a number with a type; the underlying value is `.value`.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace vicino {

template <class Tag, class T>
struct Id {
  T value{};
  friend constexpr auto operator<=>(Id, Id) = default;
};

// A participant of a room for one stay, chosen by the server, unique within the server's run.
using ParticipantId = Id<struct ParticipantTag, uint32_t>;
// One signalling connection (a WebSocket, or a WHIP/WHEP resource).
using ConnectionId = Id<struct ConnectionTag, uint64_t>;
// A sender of end-to-end encrypted media; random, chosen by the client; low four bits zero (see
// core/media_keys.h).
using SenderId = Id<struct SenderTag, uint64_t>;

}  // namespace vicino

template <class Tag, class T>
struct std::hash<vicino::Id<Tag, T>> {
  size_t operator()(vicino::Id<Tag, T> id) const { return std::hash<T>()(id.value); }
};
