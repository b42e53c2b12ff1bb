#include "core/roster.h"

#include <algorithm>

#include "base/limits.h"

namespace vicino::core {
namespace {

constexpr size_t max_slots = limits::max_sdp_media;
constexpr size_t max_versions = 16 * limits::max_participants;

bool is_on(const Profile& profile, Source source) {
  switch (source) {
    case Source::microphone:
      return profile.microphone;
    case Source::camera:
      return profile.camera;
    case Source::screen:
      return profile.screen;
    case Source::screen_audio:
      return profile.screen_audio;
  }
  CHECK(false);
}

}  // namespace

std::vector<SenderId> Roster::clear() {
  std::vector<SenderId> gone;
  for (const auto& [id, member] : members_) gone.push_back(member.sender);
  members_.clear();
  forget_slots();
  return gone;
}

void Roster::add(ParticipantId id, SenderId sender, Bytes sealed_profile) {
  if (members_.size() >= limits::max_participants && !members_.contains(id)) return;
  members_[id] = {sender, std::nullopt};
  changed_ = true;
  set_profile(id, sealed_profile);
}

std::optional<SenderId> Roster::remove(ParticipantId id) {
  const auto member = members_.find(id);
  if (member == members_.end()) return std::nullopt;
  const SenderId sender = member->second.sender;
  members_.erase(member);
  changed_ = true;
  // Two members under one id would be one forging the other; while one of them is here, its keys stay.
  const bool shared = std::ranges::any_of(members_, [&](const auto& m) { return m.second.sender == sender; });
  return shared ? std::nullopt : std::optional(sender);
}

void Roster::set_profile(ParticipantId id, Bytes sealed_profile) {
  const auto member = members_.find(id);
  if (member == members_.end()) return;
  auto profile = open_profile(key_, member->second.sender, sealed_profile);
  if (!profile) return;
  if (versions_.size() >= max_versions && !versions_.contains(member->second.sender)) return;
  uint64_t& seen = versions_[member->second.sender];
  if (profile->version < seen) return;
  seen = profile->version;
  member->second.profile = std::move(*profile);
  changed_ = true;
}

Roster::Slot* Roster::slot(std::string_view mid) {
  const auto found = slots_.find(mid);
  if (found != slots_.end()) return &found->second;
  if (slots_.size() >= max_slots || mid.empty()) return nullptr;
  return &slots_[std::string(mid)];
}

void Roster::set_slot(std::string_view mid, std::optional<ParticipantId> content, Source source) {
  Slot* s = slot(mid);
  if (!s) return;
  *s = {content, source, std::nullopt, {}, 0};
  changed_ = true;
}

void Roster::frame_opened(std::string_view mid, SenderId sender, Source source) {
  Slot* s = slot(mid);
  if (!s) return;
  changed_ |= s->failures >= failures_to_tell;
  s->failures = 0;
  if (s->sender == sender && s->source == source) return;
  s->sender = sender;
  s->source = source;
  changed_ = true;
}

void Roster::frame_failed(std::string_view mid) {
  Slot* s = slot(mid);
  if (!s || s->failures == failures_to_tell) return;
  if (++s->failures < failures_to_tell) return;
  s->sender.reset();
  changed_ = true;
}

void Roster::forget_slots() {
  slots_.clear();
  changed_ = true;
}

TrackView Roster::track(ParticipantId id, const Member& member, Source source) const {
  bool failing = false;
  for (const auto& [mid, s] : slots_) {
    if (s.sender == member.sender && s.source == source) {
      // A muted track may still have its last frame on the way.
      if (member.profile && !is_on(*member.profile, source)) return {};
      return {TrackState::flowing, mid};
    }
    failing |= s.failures >= failures_to_tell && s.hint == id && s.hint_source == source;
  }
  if (failing) return {TrackState::undecryptable, ""};
  const bool on = member.profile && is_on(*member.profile, source);
  return {on ? TrackState::waiting : TrackState::off, ""};
}

std::vector<ParticipantView> Roster::view() const {
  std::vector<ParticipantView> all;
  all.reserve(members_.size());
  for (const auto& [id, member] : members_) {
    ParticipantView& p = all.emplace_back();
    p.id = id;
    p.sender = member.sender;
    if (member.profile) p.name = member.profile->name;
    for (size_t i = 0; i < source_count; ++i) p.sources[i] = track(id, member, static_cast<Source>(i));
  }
  return all;
}

}  // namespace vicino::core
