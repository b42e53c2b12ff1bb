// Who is in the call and what can be seen and heard of them. Two sources of truth meet here: what participants say of
// themselves (profiles) and which frames authenticated on which m-line. What the server says about a slot is only a hint:
// it explains frames that don't open, it never attributes one that does.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/media_keys.h"
#include "core/profile.h"

namespace vicino::core {

enum class TrackState : uint8_t { off, waiting, flowing, undecryptable };

struct TrackView {
  TrackState state = TrackState::off;
  std::string mid;  // of a flowing one
  friend bool operator==(const TrackView&, const TrackView&) = default;
};

struct ParticipantView {
  ParticipantId id;
  SenderId sender;
  std::optional<std::string> name;  // nullopt: sealed under another secret
  std::array<TrackView, source_count> sources;
  friend bool operator==(const ParticipantView&, const ParticipantView&) = default;
};

class Roster {
 public:
  // Frames that fail in a row before a track counts as undecryptable: a few do when keys or slots change.
  static constexpr uint32_t failures_to_tell = 5;

  explicit Roster(const ProfileKey& key) : key_(key.clone()) {}

  // Who was there.
  std::vector<SenderId> clear();
  void add(ParticipantId id, SenderId sender, Bytes sealed_profile);
  // Whose keys can go; nullopt: nobody's.
  std::optional<SenderId> remove(ParticipantId id);
  void set_profile(ParticipantId id, Bytes sealed_profile);
  // The server's hint: who is in slot `mid`; nullopt: nobody.
  void set_slot(std::string_view mid, std::optional<ParticipantId> content, Source source);

  void frame_opened(std::string_view mid, SenderId sender, Source source);
  void frame_failed(std::string_view mid);
  // A fresh peer connection: nothing flows yet.
  void forget_slots();

  std::vector<ParticipantView> view() const;
  // Whether view() may have changed since the last call.
  bool take_changed() { return std::exchange(changed_, false); }

 private:
  struct Member {
    SenderId sender;
    std::optional<Profile> profile;
  };
  struct Slot {
    std::optional<ParticipantId> hint;
    Source hint_source{};
    std::optional<SenderId> sender;  // proven by the last frame that opened
    Source source{};
    uint32_t failures = 0;
  };
  TrackView track(ParticipantId id, const Member& member, Source source) const;
  Slot* slot(std::string_view mid);

  ProfileKey key_;
  std::map<ParticipantId, Member> members_;
  // Highest profile version seen per sender, kept when they leave: an old profile can't be played back.
  std::map<SenderId, uint64_t> versions_;
  std::map<std::string, Slot, std::less<>> slots_;
  bool changed_ = false;
};

}  // namespace vicino::core
