// A stream of framed datagrams, cut into pieces by its own bytes: nothing may depend on the cuts,
// and what comes out is within the stream.
#include <algorithm>

#include "rtc/stream_frames.h"

using namespace vicino;
using namespace vicino::rtc;

namespace {

// What a stream gives until its end, or until it can't be read on.
Buffer read(Bytes stream, Bytes cuts) {
  StreamFrameReader reader;
  Buffer all;
  for (size_t i = 0; !stream.empty(); ++i) {
    const MutBytes room = reader.room();
    CHECK(room.size() >= limits::max_datagram);
    const size_t piece = cuts.empty() ? stream.size() : 1 + size_t{cuts[i % cuts.size()]} * 8;
    const size_t size = std::min({piece, room.size(), stream.size()});
    copy(stream.first(size), room);
    reader.filled(size);
    stream = stream.subspan(size);
    for (;;) {
      const auto datagram = reader.next();
      if (!datagram) return all;
      if (!*datagram) break;
      CHECK(!(*datagram)->empty() && (*datagram)->size() <= limits::max_datagram);
      all.insert(all.end(), (*datagram)->begin(), (*datagram)->end());
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes input(data, size);
  const Bytes cuts = input.first(std::min<size_t>(size, 4));
  const Bytes stream = input.subspan(cuts.size());
  const Buffer whole = read(stream, {});
  CHECK(whole.size() <= stream.size());
  CHECK(read(stream, cuts) == whole);
  return 0;
}
