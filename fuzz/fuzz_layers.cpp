// Packets whose dependency descriptors are anything, through what reads a stream's layers and what
// leaves some out for a receiver, whose limit changes between them.
#include "sfu/layer_filter.h"
#include "sfu/layered_stream.h"

using namespace vicino;
using namespace vicino::sfu;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  LayeredStream stream;
  LayerFilter filter;
  std::array<uint8_t, 4> content{};
  int64_t sequence = 0;
  for (Bytes rest(data, size); rest.size() > 2;) {
    const uint8_t what = rest[0];
    const Bytes descriptor = rest.subspan(2, std::min<size_t>(rest[1], rest.size() - 2));
    rest = rest.subspan(2 + descriptor.size());
    if ((what & 1) != 0)
      filter.set_limit({static_cast<uint8_t>(what >> 1 & 7), static_cast<uint8_t>(what >> 4 & 7)},
                       {});
    if ((what & 0x80) != 0) filter.restart();
    const auto frame = stream.read(++sequence, descriptor);
    CHECK(stream.spatial_layers() >= 1 && stream.spatial_layers() <= Target::spatial_layers);
    for (uint8_t s = 0; s < stream.spatial_layers(); ++s) CHECK(stream.scale(s) > 0);
    if (!frame) continue;
    CHECK(frame->spatial < Target::spatial_layers);
    MediaPacket packet;
    packet.payload = content;
    packet.targets = frame->targets;
    packet.info.spatial_layer = frame->spatial;
    packet.info.key_frame = descriptor.size() > 3 && (descriptor[3] & 0x80) != 0;
    if (const auto fields = rtc::read_dependency_fields(descriptor))
      packet.numbers.frame_number = fields->frame_number;
    (void)filter.passes(packet);
    (void)filter.left_out(packet);
    (void)filter.ends_picture(packet);
  }
  return 0;
}
