// A compound RTCP packet of any content: reading is bounded, and what is read can be written and
// reads the same again.
#include "base/limits.h"
#include "rtc/rtcp.h"

using namespace vicino;
using namespace vicino::rtc;

namespace {

Buffer written(const RtcpItem& item) {
  static Buffer memory(100'000);  // kept: clearing it would take most of the time
  RtcpWriter writer(memory);
  // Reading accepts empty lists, which aren't worth writing.
  if (!writer.add(item)) return {};
  return {writer.packet().begin(), writer.packet().end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > limits::max_datagram) return 0;
  RtcpReader reader(Bytes(data, size));
  size_t items = 0;
  while (true) {
    const auto item = reader.next();
    if (!item || !*item) break;
    CHECK(++items <= size / 4);
    const Buffer once = written(**item);
    if (once.empty()) continue;
    RtcpReader again(once);
    const auto same = again.next();
    CHECK(same && *same && written(**same) == once);
  }
  return 0;
}
