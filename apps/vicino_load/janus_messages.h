// Janus' API as JSON: what is asked of the VideoRoom plugin, and what replies and events mean. No
// I/O.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "target.h"

namespace vicino::load::janus {

// One media stream of a publisher.
struct Stream {
  std::string mid;
  rtc::MediaKind kind = rtc::MediaKind::audio;
};
struct Feed {
  uint64_t id = 0;  // Janus' id of the publisher
  std::vector<Stream> streams;
};

struct Jsep {
  std::string type;  // "offer", "answer"
  std::string sdp;
};

// Janus knows rooms by numbers. A name of digits is that number; any other stands for a fixed one
// of its own, at least 2^31, the same in every run.
uint64_t room_number(std::string_view name);

// Bodies of requests to the plugin. `admin_key` and `pin` are left out when empty.
nlohmann::json create_room(uint64_t room, size_t publishers, std::string_view admin_key);
nlohmann::json join_as_publisher(uint64_t room, std::string_view name, std::string_view pin);
// At most as many streams of each kind as there are slots, in the order of the feeds.
nlohmann::json join_as_subscriber(uint64_t room, const std::vector<Feed>& feeds, size_t audio_slots,
                                  size_t video_slots, std::string_view pin);
nlohmann::json start_receiving();

// Error codes of the plugin that are dealt with.
inline constexpr int error_room_exists = 427;
inline constexpr int error_no_such_feed = 428;  // also while its media isn't up yet

struct Reply {
  enum class Kind : uint8_t {
    ack,        // accepted; an event with the same transaction follows
    result,     // the answer, at once or as an event: `id`, `data` and `jsep`
    problem,    // refused: `code` and `reason`
    gone,       // the session is over
    unrelated,  // keep-alives and notices
  };
  Kind kind = Kind::unrelated;
  std::string transaction;
  uint64_t id = 0;    // of a session or handle that was made
  uint64_t feed = 0;  // of who joined as a publisher
  Jsep jsep;          // empty when there is none
  int code = 0;
  std::string reason;  // as Janus worded it
};
// Tolerant: what isn't understood is unrelated.
Reply read_reply(const nlohmann::json& message);

}  // namespace vicino::load::janus
