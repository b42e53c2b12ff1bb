// An RTP packet of any content: what parse() accepts, every accessor must survive, and what was
// read can be written.
#include <vector>

#include "base/limits.h"
#include "rtc/rtp.h"

using namespace vicino;
using namespace vicino::rtc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > limits::max_datagram) return 0;
  Buffer bytes(data, data + size);
  (void)classify(bytes);
  const auto packet = RtpPacket::parse(bytes);
  if (!packet) return 0;
  CHECK(packet->header().size() + packet->payload().size() + packet->padding() == size);

  std::vector<RtpExtension> extensions;
  for (int id = 1; id < 256; ++id) {
    const auto value = packet->extension(static_cast<uint8_t>(id));
    if (value && !value->empty()) extensions.push_back({static_cast<uint8_t>(id), *value});
  }
  static Buffer memory(4096);  // kept: clearing it would take most of the time
  const auto header = write_rtp_header(memory,
                                       {.marker = packet->marker(),
                                        .payload_type = packet->payload_type(),
                                        .sequence = packet->sequence(),
                                        .timestamp = packet->timestamp(),
                                        .ssrc = packet->ssrc()},
                                       extensions);
  CHECK(header.has_value());
  const auto again = RtpPacket::parse(*header);
  CHECK(again && again->sequence() == packet->sequence() && again->ssrc() == packet->ssrc());
  CHECK(again->timestamp() == packet->timestamp() && again->marker() == packet->marker());
  for (const RtpExtension& e : extensions) CHECK(equal(again->extension(e.id).value(), e.value));
  return 0;
}
