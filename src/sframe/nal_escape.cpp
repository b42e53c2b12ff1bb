#include "sframe/nal_escape.h"

namespace vicino::sframe {
namespace {

constexpr uint8_t prevention = 3;

}  // namespace

void NalEscaper::put(uint8_t byte) {
  CHECK(used_ < out_.size());
  out_[used_++] = byte;
  zeros_ = byte == 0 ? zeros_ + 1 : 0;
}

void NalEscaper::append(Bytes part) {
  for (const uint8_t byte : part) {
    if (zeros_ == 2 && byte <= prevention) put(prevention);
    put(byte);
  }
}

Result<MutBytes> unescape_nal(Bytes escaped, MutBytes out) {
  CHECK(out.size() >= escaped.size());
  size_t used = 0;
  int zeros = 0;
  for (size_t i = 0; i < escaped.size(); ++i) {
    uint8_t byte = escaped[i];
    if (zeros == 2 && byte <= prevention) {
      ++i;
      if (byte != prevention || i == escaped.size() || escaped[i] > prevention) {
        return fail(Errc::malformed, "H.264 emulation prevention");
      }
      byte = escaped[i];
      zeros = 0;
    }
    out[used++] = byte;
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return out.first(used);
}

}  // namespace vicino::sframe
