// Changes of keys of any content into those who seal and open frames: read, written again the same,
// and applied one after the other.
#include "core/media_frames.h"
#include "input.h"

using namespace vicino;
using namespace vicino::core;

namespace {

void read_reports(Bytes bytes) {
  const auto reports = decode_slot_reports(bytes);
  if (reports) CHECK(equal(encode(*reports), bytes));
}

// Whether own frames are held back as far as is known so far.
void apply(MediaFrames& frames, Bytes bytes, bool& held) {
  const auto change = decode_frame_key_change(bytes);
  if (!change) return;
  CHECK(equal(encode(*change).expose(), bytes));
  const auto before = frames.sending_epoch();
  const Status status = frames.apply(*change);
  CHECK(frames.ring().epochs() <= sframe::KeyRing::max_epochs);
  const auto after = frames.sending_epoch();
  if (!status) CHECK(before == after);
  if (const auto* hold = std::get_if<HoldSending>(&*change); status && hold) held = hold->held;
  // Forward, to nothing, or in another group.
  const auto* const send = std::get_if<SendUnder>(&*change);
  if (status && send) CHECK(after == send->epoch && (!before || *before < *after));
}

// Nothing this side seals opens at itself, and it seals only under an epoch, and nothing while it is to hold back.
void seal(MediaFrames& frames, bool held, uint8_t choice, Bytes picture) {
  const auto source = static_cast<Source>(choice % source_count);
  const bool sound = source == Source::microphone || source == Source::screen_audio;
  const auto codec = sound ? sframe::Codec::opus : sframe::Codec::vp8;
  const auto sealed = frames.seal(source, choice >> 2, codec, true, picture);
  CHECK(sealed.has_value() == (frames.sending_epoch().has_value() && !held));
  if (sealed) CHECK(!frames.open(codec, *sealed));
}

}  // namespace

// Size and bytes of a change, again and again; a size of 0 seals a frame.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read_reports(Bytes(data, size));
  fuzz::Input input(data, size);
  MediaFrames frames;
  bool held = false;
  while (!input.empty()) {
    const uint8_t next = input.u8();
    if (next == 0) {
      const uint8_t choice = input.u8();
      seal(frames, held, choice, input.take(40));
    } else {
      apply(frames, input.take(next), held);
    }
  }
  return 0;
}
