// Frames of any content into the receiving side; and the input as the picture of a frame that is
// sealed, opened, repeated and damaged.
#include <algorithm>

#include "input.h"
#include "sframe/media_frame.h"

using namespace vicino;
using namespace vicino::sframe;

namespace {

constexpr EpochMember member{0x2a5, SenderId{0x1234}};
constexpr uint64_t epoch = 0x1fe;
constexpr std::array<uint8_t, 16> base_key = {1, 2, 3};
constexpr Suite suite = Suite::aes_128_gcm_sha256_128;

KeyRing ring() {
  KeyRing keys(suite);
  CHECK(keys.add_epoch(epoch, base_key, {&member, 1}));
  return keys;
}

void read_header(Bytes bytes) {
  const auto decoded = decode_header(bytes);
  if (!decoded) return;
  CHECK(decoded->size <= std::min(bytes.size(), max_header_size));
  std::array<uint8_t, max_header_size> memory;
  const size_t written = encode_header(decoded->header, memory);
  CHECK(equal(Bytes(memory).first(written), bytes.first(decoded->size)));
}

// What unwrap() accepts is exactly what wrap() writes.
void take_shim_off(Codec codec, Bytes frame) {
  Buffer scratch(frame.size());
  const auto unwrapped = unwrap(codec, frame, scratch);
  if (!unwrapped) return;
  const Shim shim(codec, unwrapped->key_frame.value_or(false), unwrapped->sealed.size());
  Buffer memory(max_wrapped_size(codec, unwrapped->sealed.size()));
  const std::array<Bytes, 1> sealed = {unwrapped->sealed};
  const auto again = wrap(codec, shim, sealed, memory);
  CHECK(again && equal(*again, frame));
}

void open_any(Codec codec, Bytes frame) {
  read_header(frame);
  take_shim_off(codec, frame);
  KeyRing keys = ring();
  Buffer scratch(frame.size());
  if (const auto plan = plan_open_frame(keys, codec, frame, scratch)) {
    CHECK(plan->sframe.plaintext_size < frame.size() && plan->sender == member.sender);
    CHECK(keys.expose_key(plan->sframe).has_value());
  }
  if (const auto opened = open_frame(keys, codec, frame)) {
    // The seeds hold no frame sealed under this key; one that opens all the same must not open
    // twice.
    CHECK(!open_frame(keys, codec, frame));
  }
  Buffer plaintext(frame.size());
  (void)keys.open(frame, {}, plaintext);
  CHECK(keys.epochs() == 1 && keys.members() == 1 && keys.derived_keys() <= 1);
}

// `position` and `change`: which byte of the sealed frame is damaged, and how.
void seal_and_open(Codec codec, bool key_frame, size_t position, uint8_t change, Bytes picture) {
  const Stream stream = codec == Codec::opus ? Stream::microphone : Stream::camera_low;
  SenderContext sending(suite, make_kid(stream, member.leaf, epoch), base_key, position);
  const auto frame = seal_frame(sending, codec, key_frame, picture);
  CHECK(frame.has_value());
  take_shim_off(codec, *frame);
  KeyRing keys = ring();
  Buffer damaged = *frame;
  damaged[position % damaged.size()] ^= change;
  if (change != 0) CHECK(!open_frame(keys, codec, damaged));
  const auto opened = open_frame(keys, codec, *frame);
  CHECK(opened && equal(opened->plaintext, picture) && opened->sender == member.sender &&
        opened->stream == stream);
  CHECK(!opened->key_frame || *opened->key_frame == key_frame);
  CHECK(open_frame(keys, codec, *frame).error().code == Errc::replayed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const uint8_t mode = input.u8();
  const auto codec = static_cast<Codec>((mode & 0x7f) % 5);
  if ((mode & 0x80) == 0) {
    open_any(codec, input.rest());
    return 0;
  }
  const bool key_frame = (input.u8() & 1) != 0;
  const size_t position = input.u16();
  const uint8_t change = input.u8();
  seal_and_open(codec, key_frame, position, change, input.rest());
  return 0;
}
