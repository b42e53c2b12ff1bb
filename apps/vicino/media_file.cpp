#include "media_file.h"

#include <ogg/ogg.h>

#include <array>
#include <fstream>
#include <iterator>

namespace vicino::cli {
namespace {

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* f) { std::fclose(f); })>;

FileResult<Buffer> read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(path.string() + ": can't be opened for reading");
  return Buffer(std::istreambuf_iterator<char>(file), {});
}

// IVF is little-endian, unlike everything else here.
uint32_t little32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8 |
         static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
}
void put_little(uint8_t* p, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; ++i) p[i] = static_cast<uint8_t>(value >> (8 * i));
}

constexpr std::array<std::pair<std::string_view, rtc::Codec>, 4> fourccs = {{
    {"VP80", rtc::Codec::vp8},
    {"VP90", rtc::Codec::vp9},
    {"AV01", rtc::Codec::av1},
    {"H264", rtc::Codec::h264},
}};

// An OBU of type 1 (sequence header) anywhere in the temporal unit (AV1 section 5.3).
bool av1_key_frame(Bytes frame) {
  Reader reader(frame);
  while (!reader.empty()) {
    const uint8_t header = *reader.u8();
    if ((header >> 3 & 15) == 1) return true;
    if ((header & 4) != 0 && !reader.u8()) return false;
    if ((header & 2) == 0) return false;
    uint64_t size = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const auto byte = reader.u8();
      if (!byte) return false;
      size |= static_cast<uint64_t>(*byte & 0x7f) << shift;
      if ((*byte & 0x80) == 0) break;
    }
    if (!reader.take(size)) return false;
  }
  return false;
}

// A NAL unit of type 5 (IDR slice) behind any Annex B start code.
bool h264_key_frame(Bytes frame) {
  for (size_t i = 0; i + 3 < frame.size(); ++i) {
    if (frame[i] == 0 && frame[i + 1] == 0 && frame[i + 2] == 1 && (frame[i + 3] & 31) == 5) {
      return true;
    }
  }
  return false;
}

bool is_key_frame(rtc::Codec codec, Bytes frame) {
  if (frame.empty()) return false;
  switch (codec) {
    case rtc::Codec::opus:
      return true;
    case rtc::Codec::vp8:
      return (frame[0] & 1) == 0;
    case rtc::Codec::vp9: {
      // frame_marker(2) profile(2) [reserved when profile 3] show_existing_frame frame_type: VP9
      // section 6.2.
      const bool profile3 = (frame[0] & 0x30) == 0x30;
      const int bits = profile3 ? frame[0] >> 1 : frame[0] >> 2;
      return (bits & 3) == 0;
    }
    case rtc::Codec::av1:
      return av1_key_frame(frame);
    case rtc::Codec::h264:
      return h264_key_frame(frame);
  }
  return false;
}

// Samples at 48 kHz in an Opus packet, from its first bytes (RFC 6716 section 3.1).
int64_t opus_samples(Bytes packet) {
  if (packet.empty()) return 0;
  const int config = packet[0] >> 3;
  static constexpr std::array<int, 4> silk = {480, 960, 1920, 2880};
  static constexpr std::array<int, 4> celt = {120, 240, 480, 960};
  const auto index = static_cast<size_t>(config & 3);
  const int frame = config < 12   ? silk[index]
                    : config < 16 ? (config & 1 ? 960 : 480)
                                  : celt[index];
  const int code = packet[0] & 3;
  const int count = code == 0 ? 1 : code < 3 ? 2 : packet.size() > 1 ? packet[1] & 63 : 0;
  return static_cast<int64_t>(frame) * count;
}

// A frame lasts until the next one begins; the last one as long as the one before it.
void set_durations(std::vector<MediaFrame>& frames, const std::vector<int64_t>& times) {
  Duration duration = milliseconds(33);
  for (size_t i = 0; i < frames.size(); ++i) {
    if (i + 1 < times.size()) {
      duration = std::clamp(microseconds(times[i + 1] - times[i]), milliseconds(1), seconds(1));
    }
    frames[i].duration = duration;
  }
}

class IvfRecorder final : public Recorder {
 public:
  IvfRecorder(File file, rtc::Codec codec) : file_(std::move(file)) {
    std::array<uint8_t, 32> header{};
    copy(as_bytes("DKIF"), MutBytes(header).first(4));
    put_little(header.data() + 6, header.size(), 2);
    for (const auto& [name, c] : fourccs) {
      if (c == codec) copy(as_bytes(name), MutBytes(header).subspan(8, 4));
    }
    put_little(header.data() + 16, 90'000, 4);  // time base: RTP's clock
    put_little(header.data() + 20, 1, 4);
    std::fwrite(header.data(), 1, header.size(), file_.get());
  }
  void add(Bytes frame, uint32_t rtp_timestamp) override {
    if (!first_) first_ = rtp_timestamp;
    std::array<uint8_t, 12> header{};
    put_little(header.data(), frame.size(), 4);
    put_little(header.data() + 4, rtp_timestamp - *first_, 8);
    std::fwrite(header.data(), 1, header.size(), file_.get());
    std::fwrite(frame.data(), 1, frame.size(), file_.get());
    std::fflush(file_.get());
  }

 private:
  File file_;
  std::optional<uint32_t> first_;
};

class OpusRecorder final : public Recorder {
 public:
  explicit OpusRecorder(File file) : file_(std::move(file)) {
    ogg_stream_init(&stream_, 1);
    // OpusHead: version 1, stereo, no pre-skip, 48 kHz, no gain, mapping family 0 (RFC 7845
    // section 5.1).
    Buffer head = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0};
    put(head, 0, true);
    Buffer tags = {'O', 'p', 'u', 's', 'T', 'a', 'g', 's', 6, 0, 0,
                   0,   'v', 'i', 'c', 'i', 'n', 'o', 0,   0, 0, 0};
    put(tags, 0, false);
  }
  ~OpusRecorder() override { ogg_stream_clear(&stream_); }
  void add(Bytes frame, uint32_t) override {
    granule_ += opus_samples(frame);
    Buffer copy_of_frame(frame.begin(), frame.end());
    put(copy_of_frame, granule_, false);
  }

 private:
  void put(Buffer& data, int64_t granule, bool begins) {
    ogg_packet packet{};
    packet.packet = data.data();
    packet.bytes = static_cast<long>(data.size());
    packet.b_o_s = begins;
    packet.granulepos = granule;
    packet.packetno = count_++;
    ogg_stream_packetin(&stream_, &packet);
    ogg_page page;
    while (ogg_stream_flush(&stream_, &page) != 0) {
      std::fwrite(page.header, 1, static_cast<size_t>(page.header_len), file_.get());
      std::fwrite(page.body, 1, static_cast<size_t>(page.body_len), file_.get());
    }
    std::fflush(file_.get());
  }

  File file_;
  ogg_stream_state stream_{};
  int64_t granule_ = 0;
  int64_t count_ = 0;
};

FileResult<File> open_for_writing(const std::filesystem::path& path) {
  File file(std::fopen(path.c_str(), "wb"));
  if (!file) return std::unexpected(path.string() + ": can't be opened for writing");
  return file;
}

}  // namespace

size_t MediaClip::next_key_frame(size_t from) const {
  for (size_t i = 0; i < frames.size(); ++i) {
    const size_t index = (from + i) % frames.size();
    if (frames[index].key_frame) return index;
  }
  return 0;
}

FileResult<MediaClip> read_ivf(const std::filesystem::path& path) {
  auto bytes = read_whole(path);
  if (!bytes) return std::unexpected(bytes.error());
  const auto bad = [&](const char* why) { return std::unexpected(path.string() + ": " + why); };
  if (bytes->size() < 32 || as_text(Bytes(*bytes).first(4)) != "DKIF")
    return bad("is not an IVF file");
  const uint8_t* p = bytes->data();
  MediaClip clip;
  const std::string_view fourcc = as_text(Bytes(*bytes).subspan(8, 4));
  const auto codec =
      std::ranges::find(fourccs, fourcc, &std::pair<std::string_view, rtc::Codec>::first);
  if (codec == fourccs.end()) return bad("holds a codec other than VP8, VP9, AV1 and H.264");
  clip.codec = codec->second;
  clip.width = static_cast<uint16_t>(p[12] | p[13] << 8);
  clip.height = static_cast<uint16_t>(p[14] | p[15] << 8);
  const uint32_t rate = little32(p + 16);
  const uint32_t scale = little32(p + 20);
  if (rate == 0 || scale == 0) return bad("has no time base");
  Reader reader(Bytes(*bytes).subspan(32));
  std::vector<int64_t> times;
  while (reader.remaining() >= 12) {
    const Bytes header = *reader.take(12);
    const auto data = reader.take(little32(header.data()));
    if (!data) return bad("ends inside a frame");
    // The high half of the 64-bit time would be days: it is left out.
    times.push_back(int64_t{little32(header.data() + 4)} * scale * 1'000'000 / rate);
    clip.frames.push_back(
        {Buffer(data->begin(), data->end()), {}, is_key_frame(clip.codec, *data)});
  }
  set_durations(clip.frames, times);
  if (clip.frames.empty()) return bad("holds no frames");
  if (!clip.frames.front().key_frame) return bad("doesn't begin with a key frame");
  return clip;
}

FileResult<MediaClip> read_opus(const std::filesystem::path& path) {
  const auto bytes = read_whole(path);
  if (!bytes) return std::unexpected(bytes.error());
  ogg_sync_state sync;
  ogg_sync_init(&sync);
  char* room = ogg_sync_buffer(&sync, static_cast<long>(bytes->size()));
  std::copy(bytes->begin(), bytes->end(), room);
  ogg_sync_wrote(&sync, static_cast<long>(bytes->size()));

  MediaClip clip;
  std::optional<ogg_stream_state> stream;
  ogg_page page;
  while (ogg_sync_pageout(&sync, &page) == 1) {
    if (!stream) ogg_stream_init(&stream.emplace(), ogg_page_serialno(&page));
    if (ogg_stream_pagein(&*stream, &page) != 0) continue;  // another stream of the file
    ogg_packet packet;
    while (ogg_stream_packetout(&*stream, &packet) == 1) {
      const Bytes data(packet.packet, static_cast<size_t>(packet.bytes));
      const std::string_view text = as_text(data);
      if (text.starts_with("OpusHead") || text.starts_with("OpusTags")) continue;
      const int64_t samples = opus_samples(data);
      if (samples == 0) continue;
      clip.frames.push_back(
          {Buffer(data.begin(), data.end()), microseconds(samples * 1000 / 48), true});
    }
  }
  if (stream) ogg_stream_clear(&*stream);
  ogg_sync_clear(&sync);
  if (clip.frames.empty()) return std::unexpected(path.string() + ": is not an Ogg Opus file");
  return clip;
}

FileResult<std::unique_ptr<Recorder>> record_ivf(const std::filesystem::path& path,
                                                 rtc::Codec codec) {
  auto file = open_for_writing(path);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<IvfRecorder>(std::move(*file), codec);
}

FileResult<std::unique_ptr<Recorder>> record_opus(const std::filesystem::path& path) {
  auto file = open_for_writing(path);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<OpusRecorder>(std::move(*file));
}

}  // namespace vicino::cli
