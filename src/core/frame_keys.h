// What the core tells those who seal and open frames, and what they tell the core. In the browser both sides are
// instances of the same module in two workers: changes and reports cross as bytes. A native client hands them over in
// one process.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/media_keys.h"

namespace vicino::core {

// The keys of an epoch to receive under, and to send under later. Epochs only ever go up; RFC 9605 section 5.2 leaves 8
// bits of them in a frame, so an epoch ends those it can't be told from.
struct BeginEpoch {
  uint64_t epoch = 0;
  BaseKey base_key;
  uint32_t own_leaf = 0;
  std::vector<sframe::EpochMember> members;  // the others
};
// Own frames go under this epoch's keys from now on. Before the first one nothing is sealed.
struct SendUnder {
  uint64_t epoch = 0;
  friend bool operator==(const SendUnder&, const SendUnder&) = default;
};
// Its keys are gone: to receive, and to send if it still was the one.
struct EndEpoch {
  uint64_t epoch = 0;
  friend bool operator==(const EndEpoch&, const EndEpoch&) = default;
};
// Nothing of this sender opens any more, whatever the epoch.
struct RemoveSender {
  SenderId sender;
  friend bool operator==(const RemoveSender&, const RemoveSender&) = default;
};
// Another group, with epochs of its own: all keys are gone, and epochs may count from the beginning.
struct NewGroup {
  friend bool operator==(const NewGroup&, const NewGroup&) = default;
};
// The slots `mids` carry something else from now on, by what the server says: what they carry is reported again with
// the next frame. No mids: all slots, for the peer connection is a new one, number `connection`.
struct ForgetSlots {
  uint32_t connection = 0;
  std::vector<std::string> mids;
  friend bool operator==(const ForgetSlots&, const ForgetSlots&) = default;
};
// A member of an epoch whose frames were kept shut until now.
struct AddMember {
  uint64_t epoch = 0;
  sframe::EpochMember member;
  friend bool operator==(const AddMember&, const AddMember&) = default;
};
// While held no own frame is sealed: somebody is in the group whom its user has to judge first.
// Holds over epochs and groups.
struct HoldSending {
  bool held = false;
  friend bool operator==(const HoldSending&, const HoldSending&) = default;
};
using FrameKeyChange = std::variant<BeginEpoch, SendUnder, EndEpoch, RemoveSender, NewGroup,
                                    ForgetSlots, AddMember, HoldSending>;

SecretBuffer encode(const FrameKeyChange& change);
// Errors: truncated, malformed.
Result<FrameKeyChange> decode_frame_key_change(Bytes bytes);

enum class SlotState : uint8_t {
  opened = 0,   // the last frame opened: `sender` and `source` are proved
  no_key = 1,   // several frames in a row came under keys that aren't here
  refused = 2,  // several frames in a row didn't authenticate, or aren't sealed frames at all
};
struct SlotReport {
  std::string mid;
  SlotState state = SlotState::opened;
  SenderId sender;  // of an opened one
  Source source = Source::microphone;
  friend bool operator==(const SlotReport&, const SlotReport&) = default;
};
// What has changed. `connection`: of the last ForgetSlots without mids; a report of an earlier one says nothing any
// more.
struct SlotReports {
  uint32_t connection = 0;
  std::vector<SlotReport> slots;
  friend bool operator==(const SlotReports&, const SlotReports&) = default;
};

Buffer encode(const SlotReports& reports);
// Errors: truncated, malformed.
Result<SlotReports> decode_slot_reports(Bytes bytes);

}  // namespace vicino::core
