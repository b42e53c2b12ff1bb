#include "sframe/key_id.h"

namespace vicino::sframe {

Source source_of(Stream stream) {
  switch (stream) {
    case Stream::microphone:
      return Source::microphone;
    case Stream::camera_low:
    case Stream::camera_middle:
    case Stream::camera_high:
      return Source::camera;
    case Stream::screen:
      return Source::screen;
    case Stream::screen_audio:
      break;
  }
  return Source::screen_audio;
}

Result<KeyId> parse_kid(uint64_t kid) {
  const uint64_t stream = kid >> 18;
  if (stream >= stream_count) return fail(Errc::unknown_key, "SFrame stream");
  return KeyId{static_cast<Stream>(stream), static_cast<uint32_t>(kid >> 8) % max_leaves,
               epoch_modulo(kid)};
}

}  // namespace vicino::sframe
