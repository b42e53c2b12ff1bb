#include "sim/media/stamp.h"

namespace vicino::sim {

void Stamp::write(MutBytes out) const {
  Writer writer(out);
  writer.u8(publisher);
  writer.u8(copies);
  writer.u16(height);
  writer.u32(number);
  writer.u64(static_cast<uint64_t>(captured.us));
  CHECK(writer.ok());
}

Result<Stamp> Stamp::read(Bytes bytes) {
  Reader reader(bytes);
  Stamp stamp;
  TRY_ASSIGN(stamp.publisher, reader.u8());
  TRY_ASSIGN(stamp.copies, reader.u8());
  TRY_ASSIGN(stamp.height, reader.u16());
  TRY_ASSIGN(stamp.number, reader.u32());
  TRY_ASSIGN(const uint64_t captured, reader.u64());
  stamp.captured = {static_cast<int64_t>(captured)};
  return stamp;
}

}  // namespace vicino::sim
