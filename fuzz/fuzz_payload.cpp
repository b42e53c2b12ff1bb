// Payloads of every codec: a stream of packets as a hostile sender makes them, and a frame cut and
// put together again. Input: codec, then either 'F' and a frame, or packets of (sequence step,
// flags, size, bytes).
#include "rtc/payload.h"

using namespace vicino;
using namespace vicino::rtc;

namespace {

void drain(FrameAssembler& assembler) {
  while (const auto frame = assembler.take()) CHECK(frame->data.size() <= 512 * 300);
}

void receive(Codec codec, Reader reader) {
  FrameAssembler assembler(codec);
  uint16_t sequence = 0xfff0;
  uint32_t timestamp = 0;
  while (!reader.empty()) {
    const auto step = reader.u8(), flags = reader.u8(), length = reader.u8();
    const auto bytes = reader.take(length.value_or(0));
    if (!length || !bytes) break;
    sequence = static_cast<uint16_t>(sequence + static_cast<int8_t>(*step));
    if ((*flags & 1) != 0) timestamp += 3000;
    const size_t dependency = (*flags & 2) != 0 ? std::min<size_t>(bytes->size(), 4) : 0;
    const Bytes descriptor = bytes->first(dependency);
    Buffer payload(bytes->begin() + static_cast<std::ptrdiff_t>(dependency), bytes->end());
    assembler.add(sequence, timestamp, (*flags & 4) != 0, payload, descriptor);
    if (const auto info = describe(codec, payload, descriptor)) {
      rewrite_picture(codec, payload, *info, static_cast<uint16_t>(timestamp & 0x7fff), *step);
      CHECK(describe(codec, payload, descriptor).has_value());
    }
    drain(assembler);
  }
}

// A frame through packets and back; nullopt when it can't be cut.
std::optional<Buffer> through_packets(Codec codec, Bytes frame) {
  Packetizer packetizer(codec, 64, 7);
  FrameAssembler assembler(codec);
  uint16_t sequence = 0;
  std::vector<Buffer> payloads;
  const auto status = packetizer.packetize(frame, true, [&](Bytes payload, bool) {
    CHECK(payload.size() <= 64);
    payloads.emplace_back(payload.begin(), payload.end());
  });
  if (!status || payloads.size() > 500) return std::nullopt;
  for (const Buffer& payload : payloads) {
    assembler.add(sequence++, 90, &payload == &payloads.back(), payload, {});
  }
  auto joined = assembler.take();
  if (!joined) return std::nullopt;
  return std::move(joined->data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto codec = static_cast<Codec>(data[0] % 5);
  const Bytes rest(data + 1, size - 1);
  if (rest[0] != 'F') {
    receive(codec, Reader(rest));
    return 0;
  }
  const Bytes frame = rest.subspan(1);
  const auto once = through_packets(codec, frame);
  // AV1 and H.264 frames may come back in their shortest form; from then on they stay the same.
  if (!once) return 0;
  const bool plain = codec != Codec::av1 && codec != Codec::h264;
  if (plain) CHECK(equal(*once, frame));
  if (const auto twice = through_packets(codec, *once)) CHECK(*twice == *once);
  return 0;
}
