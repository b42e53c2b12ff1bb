// What each slot carries, by the frames that open there or don't: the frames' side of the roster (core/roster.h). It
// counts frames and knows no time.
#pragma once

#include <map>
#include <optional>

#include "core/frame_keys.h"

namespace vicino::core {

class SlotWatch {
 public:
  // Frames that fail in a row before they are reported: a few do when keys or slots change.
  static constexpr uint32_t failures_to_tell = 5;

  void opened(std::string_view mid, SenderId sender, Source source);
  // `why`: unknown_key, or anything else.
  void failed(std::string_view mid, Errc why);
  void forget(const ForgetSlots& slots);

  // What changed since the last call; nullopt: nothing.
  std::optional<SlotReports> take_reports();

 private:
  struct Slot {
    std::optional<SlotReport> told;
    uint32_t failures = 0;  // in a row, of any kind
    uint32_t alike = 0;     // the last of them, of one kind
    SlotState kind{};
    bool changed = false;
  };
  Slot* slot(std::string_view mid);
  void tell(std::string_view mid, Slot& slot, SlotReport report);

  uint32_t connection_ = 0;
  std::map<std::string, Slot, std::less<>> slots_;
  bool changed_ = false;
};

}  // namespace vicino::core
