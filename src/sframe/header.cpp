#include "sframe/header.h"

namespace vicino::sframe {
namespace {

// Each of the config byte's halves: a number below 8 itself, or this bit and the following field's
// length minus one.
constexpr unsigned extended = 8;

size_t field_size(uint64_t value) {
  if (value < extended) return 0;
  size_t size = 1;
  while ((value >>= 8) != 0) ++size;
  return size;
}

unsigned config_half(uint64_t value) {
  const size_t size = field_size(value);
  return static_cast<unsigned>(size == 0 ? value : extended | (size - 1));
}

void write_field(uint64_t value, Writer& writer) {
  for (size_t left = field_size(value); left > 0; --left) {
    writer.u8(static_cast<uint8_t>(value >> 8 * (left - 1)));
  }
}

Result<uint64_t> read_field(unsigned half, Reader& reader) {
  if (half < extended) return half;
  TRY_ASSIGN(const Bytes bytes, reader.take((half & (extended - 1)) + 1));
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  if (field_size(value) != bytes.size()) return fail(Errc::malformed, "SFrame header number");
  return value;
}

}  // namespace

size_t header_size(const Header& header) {
  return 1 + field_size(header.kid) + field_size(header.counter);
}

size_t encode_header(const Header& header, MutBytes out) {
  Writer writer(out);
  writer.u8(static_cast<uint8_t>(config_half(header.kid) << 4 | config_half(header.counter)));
  write_field(header.kid, writer);
  write_field(header.counter, writer);
  CHECK(writer.ok());
  return writer.size();
}

Result<DecodedHeader> decode_header(Bytes bytes) {
  Reader reader(bytes);
  TRY_ASSIGN(const uint8_t config, reader.u8());
  Header header;
  TRY_ASSIGN(header.kid, read_field(config >> 4, reader));
  TRY_ASSIGN(header.counter, read_field(config & 0x0f, reader));
  return DecodedHeader{header, bytes.size() - reader.remaining()};
}

}  // namespace vicino::sframe
