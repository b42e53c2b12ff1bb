#include "core/slot_watch.h"

#include "base/limits.h"

namespace vicino::core {

SlotWatch::Slot* SlotWatch::slot(std::string_view mid) {
  const auto found = slots_.find(mid);
  if (found != slots_.end()) return &found->second;
  // 255 bytes are what a report can name.
  if (slots_.size() >= limits::max_sdp_media || mid.empty() || mid.size() > 255) return nullptr;
  return &slots_[std::string(mid)];
}

void SlotWatch::tell(std::string_view mid, Slot& slot, SlotReport report) {
  report.mid = mid;
  if (slot.told == report) return;
  slot.told = std::move(report);
  slot.changed = changed_ = true;
}

void SlotWatch::opened(std::string_view mid, SenderId sender, Source source) {
  Slot* const s = slot(mid);
  if (!s) return;
  s->failures = s->alike = 0;
  tell(mid, *s, {"", SlotState::opened, sender, source});
}

void SlotWatch::failed(std::string_view mid, Errc why) {
  Slot* const s = slot(mid);
  if (!s) return;
  const SlotState kind = why == Errc::unknown_key ? SlotState::no_key : SlotState::refused;
  s->alike = kind == s->kind ? std::min(s->alike + 1, failures_to_tell) : 1;
  s->kind = kind;
  s->failures = std::min(s->failures + 1, failures_to_tell);
  if (s->failures < failures_to_tell) return;
  // Whatever mixture of failures it is, it gets told once; another kind only when it is there to stay.
  const bool failing = s->told && s->told->state != SlotState::opened;
  if (!failing || s->alike == failures_to_tell) tell(mid, *s, {"", kind, {}, {}});
}

void SlotWatch::forget(const ForgetSlots& slots) {
  if (slots.mids.empty()) {
    connection_ = slots.connection;
    slots_.clear();
    return;
  }
  for (const std::string& mid : slots.mids) slots_.erase(mid);
}

std::optional<SlotReports> SlotWatch::take_reports() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  SlotReports reports{connection_, {}};
  for (auto& [mid, slot] : slots_) {
    if (std::exchange(slot.changed, false)) reports.slots.push_back(*slot.told);
  }
  if (reports.slots.empty()) return std::nullopt;
  return reports;
}

}  // namespace vicino::core
