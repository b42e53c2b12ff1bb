// The module's face to JavaScript (web/src/core/wasm.ts): one call per instance. The host writes what it has to say to the
// input area and reads results from the output area; sizes are bytes, pointers offsets into linear memory.
//
// Frames are sealed and opened in two steps because the browser's AES-GCM is asynchronous: *_plan says key, nonce and
// additional data, the host runs the cipher, *_finish and *_commit do the rest. A plan waits under a number until then.
#include <array>

#include "core/call.h"
#include "ui_face.h"

#define VICINO_EXPORT(name) extern "C" __attribute__((export_name(#name))) auto name
#define VICINO_IMPORT(name) __attribute__((import_module("vicino"), import_name(name)))

namespace vicino {
namespace {

// crypto.getRandomValues.
extern "C" VICINO_IMPORT("random") void host_random(uint8_t* out, size_t size);

class HostRandom final : public SecureRandom {
 public:
  void fill(MutBytes out) override { host_random(out.data(), out.size()); }
};

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

struct Module {
  HostRandom random;
  core::Call call{random, {}};
  Buffer input;
  Buffer output;
  Buffer scratch;
  Pending<sframe::FrameSealPlan> seals;
  Pending<sframe::FrameOpenPlan> opens;
};

Module& module() {
  static Module instance;
  return instance;
}

constexpr int32_t refused = -1;

// nonce (12) | size of additional data (2) | additional data
void write_cipher_input(Writer& out, Bytes nonce, Bytes aad) {
  out.bytes(nonce);
  out.u16(static_cast<uint16_t>(aad.size()));
  out.bytes(aad);
}

MutBytes output_area(size_t size) {
  Module& m = module();
  m.output.resize(std::max(m.output.size(), size));
  return MutBytes(m.output).first(size);
}

}  // namespace

// Room for `size` bytes to be read by the call that follows.
VICINO_EXPORT(input_area)(size_t size)->uint8_t* {
  Module& m = module();
  if (m.input.size() < size) m.input.resize(size);
  return m.input.data();
}
VICINO_EXPORT(output_area)()->const uint8_t* { return module().output.data(); }

// An Input of ui.fbs in the input area. Gives the size of the Outputs in the output area.
VICINO_EXPORT(handle)(size_t size)->int32_t {
  Module& m = module();
  if (!ui_face::handle_input(m.call, Bytes(m.input).first(size))) return refused;
  m.output = ui_face::take_outputs(m.call);
  return static_cast<int32_t>(m.output.size());
}
// The same without an input, for what frames brought about.
VICINO_EXPORT(take_outputs)()->int32_t {
  Module& m = module();
  m.output = ui_face::take_outputs(m.call);
  return static_cast<int32_t>(m.output.size());
}

// Plans the sealing of `size` bytes. Output area: stream (1) | cipher input. Gives the plan's number, or -1.
VICINO_EXPORT(seal_plan)(uint32_t source, uint32_t ssrc, uint32_t codec, uint32_t key_frame, size_t size)->int32_t {
  core::MediaFrames* frames = module().call.frames();
  if (!frames || source >= core::source_count || codec > static_cast<uint32_t>(sframe::Codec::h264)) return refused;
  const auto from = static_cast<core::Source>(source);
  auto plan = frames->plan_seal(from, ssrc, static_cast<sframe::Codec>(codec), key_frame != 0, size);
  if (!plan) return refused;
  Writer out(output_area(256));
  out.u8(static_cast<uint8_t>(frames->stream_of(from, ssrc)));
  write_cipher_input(out, plan->sframe.nonce, plan->sframe.aad.bytes());
  CHECK(out.ok());
  return module().seals.add(std::move(*plan));
}
// The key of a stream of seal_plan(), 16 bytes in the output area.
VICINO_EXPORT(seal_key)(uint32_t stream)->int32_t {
  core::MediaFrames* frames = module().call.frames();
  if (!frames || stream > static_cast<uint32_t>(sframe::Stream::screen_audio)) return refused;
  const Bytes key = frames->expose_sending_key(static_cast<sframe::Stream>(stream));
  copy(key, output_area(key.size()));
  return static_cast<int32_t>(key.size());
}
// Ciphertext and tag in the input area. Gives the size of the finished frame in the output area, or -1.
VICINO_EXPORT(seal_finish)(uint32_t number, size_t size)->int32_t {
  Module& m = module();
  const auto plan = m.seals.take(number);
  if (!plan || size != plan->sframe.ciphertext_size) return refused;
  const auto frame = sframe::finish_seal_frame(*plan, Bytes(m.input).first(size), output_area(plan->max_size()));
  return frame ? static_cast<int32_t>(frame->size()) : refused;
}

// Plans the opening of the frame in the input area. Output area: key slot (8) | pointer to the ciphertext (4) | its size
// (4) | cipher input. The ciphertext stays where it is until the next call. Gives the plan's number, or -1.
VICINO_EXPORT(open_plan)(uint32_t codec, size_t size)->int32_t {
  Module& m = module();
  core::MediaFrames* frames = m.call.frames();
  if (!frames || codec > static_cast<uint32_t>(sframe::Codec::h264)) return refused;
  m.scratch.resize(std::max(m.scratch.size(), size));
  auto plan = sframe::plan_open_frame(frames->ring(), static_cast<sframe::Codec>(codec), Bytes(m.input).first(size),
                                      MutBytes(m.scratch).first(size));
  if (!plan) return refused;
  Writer out(output_area(256));
  out.u64(plan->sframe.key_slot);
  out.u32(reinterpret_cast<uintptr_t>(plan->sframe.ciphertext.data()));
  out.u32(static_cast<uint32_t>(plan->sframe.ciphertext.size()));
  write_cipher_input(out, plan->sframe.nonce, plan->sframe.aad.bytes());
  CHECK(out.ok());
  return m.opens.add(std::move(*plan));
}
// The key of a plan, 16 bytes in the output area; -1 when its sender is gone.
VICINO_EXPORT(open_key)(uint32_t number)->int32_t {
  Module& m = module();
  const auto& plan = m.opens.get(number);
  if (!plan) return refused;
  const auto key = m.call.frames()->ring().expose_key(plan->sframe);
  if (!key) return refused;
  copy(*key, output_area(key->size()));
  return static_cast<int32_t>(key->size());
}
// The plan's frame authenticated, in the slot whose mid (`mid_size` bytes) is in the input area. -1: it was replayed and
// must not be shown; 1: take_outputs() has something; else 0.
VICINO_EXPORT(open_commit)(uint32_t number, size_t mid_size)->int32_t {
  Module& m = module();
  const auto plan = m.opens.take(number);
  if (!plan || !m.call.frames()->ring().commit_open(plan->sframe)) return refused;
  m.call.frame_opened(as_text(Bytes(m.input).first(mid_size)), plan->sender, sframe::source_of(plan->stream));
  return m.call.has_outputs() ? 1 : 0;
}
// A frame of the slot whose mid is in the input area didn't open. As open_commit(), without -1.
VICINO_EXPORT(open_failed)(size_t mid_size)->int32_t {
  Module& m = module();
  m.call.frame_failed(as_text(Bytes(m.input).first(mid_size)));
  return m.call.has_outputs() ? 1 : 0;
}

}  // namespace vicino
