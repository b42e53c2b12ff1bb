// The frames' half of the module's face (web/src/core/frames_module.ts), for a worker of its own.
//
// Frames are sealed and opened in two steps because the browser's AES-GCM is asynchronous: *_plan says key, nonce and
// additional data, the host runs the cipher, *_finish and *_commit do the rest. A plan waits under a number until then.
#include <array>

#include "core/media_frames.h"
#include "module.h"

namespace vicino::module {
namespace {

// Plans under way: frames of all tracks between their two steps. A stream has one at a time, so a lost one is simply
// written over.
template <class Plan>
class Pending {
 public:
  static constexpr size_t capacity = 256;
  int32_t add(Plan plan) {
    const size_t index = next_++ % capacity;
    plans_[index] = std::move(plan);
    return static_cast<int32_t>(index);
  }
  std::optional<Plan> take(uint32_t index) { return std::exchange(plans_.at(index % capacity), std::nullopt); }
  const std::optional<Plan>& get(uint32_t index) const { return plans_.at(index % capacity); }

 private:
  std::array<std::optional<Plan>, capacity> plans_;
  size_t next_ = 0;
};

struct FramesModule {
  core::MediaFrames frames;
  Buffer scratch;
  std::optional<Buffer> report;
  Pending<core::MediaFrames::SealPlan> seals;
  Pending<sframe::FrameOpenPlan> opens;
};
FramesModule& module() {
  static FramesModule instance;
  return instance;
}

constexpr int32_t no_key = -2;
constexpr size_t plan_size = 256;  // more than any plan is long

// nonce (12) | size of additional data (2) | additional data
void write_cipher_input(Writer& out, Bytes nonce, Bytes aad) {
  out.bytes(nonce);
  out.u16(static_cast<uint16_t>(aad.size()));
  out.bytes(aad);
}

// 1: take_report() has something.
int32_t news() {
  FramesModule& m = module();
  if (auto reports = m.frames.slots().take_reports()) m.report = encode(*reports);
  return m.report ? 1 : 0;
}

}  // namespace

// A FrameKeyChange of the core in the input area. As open_failed(), or -1 when it can't be one.
VICINO_EXPORT(frames_apply)(size_t size)->int32_t {
  const auto change = core::decode_frame_key_change(input(size));
  if (!change || !module().frames.apply(*change)) return refused;
  return news();
}
// SlotReports for the core in the output area; 0: nothing.
VICINO_EXPORT(take_report)()->int32_t {
  const auto report = std::exchange(module().report, std::nullopt);
  return report ? put_out(*report) : 0;
}

// Plans the sealing of `size` bytes. Output area: key slot (8) | cipher input. Gives the plan's number, or -1.
VICINO_EXPORT(seal_plan)(uint32_t source, uint32_t ssrc, uint32_t codec, uint32_t key_frame, size_t size)->int32_t {
  if (source >= core::source_count || codec > static_cast<uint32_t>(sframe::Codec::h264)) return refused;
  auto plan = module().frames.plan_seal(static_cast<core::Source>(source), ssrc, static_cast<sframe::Codec>(codec),
                                        key_frame != 0, size);
  if (!plan) return refused;
  Writer out(output(plan_size));
  out.u64(plan->key_slot);
  write_cipher_input(out, plan->frame.sframe.nonce, plan->frame.sframe.aad.bytes());
  CHECK(out.ok());
  return module().seals.add(std::move(*plan));
}
// The key of a plan, 16 bytes in the output area; -1 when another epoch has begun since.
VICINO_EXPORT(seal_key)(uint32_t number)->int32_t {
  const auto& plan = module().seals.get(number);
  const auto key = plan ? module().frames.expose_sending_key(plan->key_slot) : fail(Errc::unknown_key, "no plan");
  return key ? put_out(*key) : refused;
}
// Ciphertext and tag in the input area. Gives the size of the finished frame in the output area, or -1.
VICINO_EXPORT(seal_finish)(uint32_t number, size_t size)->int32_t {
  const auto plan = module().seals.take(number);
  if (!plan || size != plan->frame.sframe.ciphertext_size) return refused;
  const auto frame = sframe::finish_seal_frame(plan->frame, input(size), output(plan->frame.max_size()));
  return frame ? static_cast<int32_t>(frame->size()) : refused;
}

// Plans the opening of the frame in the input area. Output area: key slot (8) | pointer to the ciphertext (4) | its size
// (4) | cipher input. The ciphertext stays where it is until the next call. Gives the plan's number; -2: its key isn't
// here; -1: refused.
VICINO_EXPORT(open_plan)(uint32_t codec, size_t size)->int32_t {
  FramesModule& m = module();
  if (codec > static_cast<uint32_t>(sframe::Codec::h264)) return refused;
  m.scratch.resize(std::max(m.scratch.size(), size));
  auto plan = sframe::plan_open_frame(m.frames.ring(), static_cast<sframe::Codec>(codec), input(size),
                                      MutBytes(m.scratch).first(size));
  if (!plan) return plan.error().code == Errc::unknown_key ? no_key : refused;
  Writer out(output(plan_size));
  out.u64(plan->sframe.key_slot);
  out.u32(reinterpret_cast<uintptr_t>(plan->sframe.ciphertext.data()));
  out.u32(static_cast<uint32_t>(plan->sframe.ciphertext.size()));
  write_cipher_input(out, plan->sframe.nonce, plan->sframe.aad.bytes());
  CHECK(out.ok());
  return m.opens.add(std::move(*plan));
}
// The key of a plan, 16 bytes in the output area; -1 when it is gone.
VICINO_EXPORT(open_key)(uint32_t number)->int32_t {
  const auto& plan = module().opens.get(number);
  const auto key = plan ? module().frames.ring().expose_key(plan->sframe) : fail(Errc::unknown_key, "no plan");
  return key ? put_out(*key) : refused;
}
// The plan's frame authenticated, in the slot whose mid (`mid_size` bytes) is in the input area. -1: it was replayed and
// must not be shown; 1: take_report() has something; else 0.
VICINO_EXPORT(open_commit)(uint32_t number, size_t mid_size)->int32_t {
  FramesModule& m = module();
  const auto plan = m.opens.take(number);
  if (!plan || !m.frames.ring().commit_open(plan->sframe)) return refused;
  m.frames.slots().opened(as_text(input(mid_size)), plan->sender, sframe::source_of(plan->stream));
  return news();
}
// A frame of the slot whose mid is in the input area didn't open; `reason`: core::SlotState's no_key or refused.
VICINO_EXPORT(open_failed)(size_t mid_size, uint32_t reason)->int32_t {
  const bool key_missing = reason == static_cast<uint32_t>(core::SlotState::no_key);
  module().frames.slots().failed(as_text(input(mid_size)), key_missing ? Errc::unknown_key : Errc::unauthenticated);
  return news();
}

}  // namespace vicino::module
