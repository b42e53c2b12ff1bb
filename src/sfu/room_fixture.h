// For tests: a room, packets as browsers send them, and everything the room sent, in the clear and
// by receiver.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rtc/rtcp.h"
#include "rtc/rtp.h"
#include "sfu/room.h"

namespace vicino::sfu {

// Extension ids: publishers and receivers negotiated different ones.
inline constexpr rtc::ExtensionIds publisher_ids{.mid = 1,
                                                 .rid = 2,
                                                 .repaired_rid = 3,
                                                 .audio_level = 4,
                                                 .transport_cc = 5,
                                                 .abs_send_time = 6,
                                                 .dependency_descriptor = 7};
inline constexpr rtc::ExtensionIds receiver_ids{.mid = 11,
                                                .rid = 0,
                                                .repaired_rid = 0,
                                                .audio_level = 12,
                                                .transport_cc = 13,
                                                .abs_send_time = 14,
                                                .dependency_descriptor = 9};
inline constexpr uint8_t vp8_in = 96, vp8_rtx_in = 97, vp9_in = 98, av1_in = 45, opus_in = 111;
inline constexpr uint8_t vp8_out = 120, vp8_rtx_out = 121, vp9_out = 122, av1_out = 123,
                         opus_out = 109;

struct RtpOut {
  uint8_t payload_type;
  bool marker;
  uint16_t sequence;
  uint32_t timestamp, ssrc;
  Buffer header, payload;
  size_t padding;
  std::optional<Buffer> extension(uint8_t id) const {
    Buffer copy = header;
    const auto value = rtc::RtpPacket::parse(copy).value().extension(id);
    return value ? std::optional(Buffer(value->begin(), value->end())) : std::nullopt;
  }
};

struct Recorder final : Egress {
  Route& route(ParticipantId to) override { return routes[to.value] = {to}; }
  void rtp(Route& to, std::span<const rtc::ClearRtp> packets, rtc::StreamPlace&) override {
    for (const rtc::ClearRtp& packet : packets) {
      Buffer whole(packet.header.begin(), packet.header.end());
      whole.insert(whole.end(), packet.payload.begin(), packet.payload.end());
      const auto p = rtc::RtpPacket::parse(whole).value();
      EXPECT_EQ(p.header().size(), packet.header.size()) << "the header is a whole one";
      media[to.id.value].push_back({p.payload_type(), p.marker(), p.sequence(), p.timestamp(),
                                    p.ssrc(), Buffer(packet.header.begin(), packet.header.end()),
                                    Buffer(p.payload().begin(), p.payload().end()), p.padding()});
      media[to.id.value].back().header[0] &= 0xdf;  // the header alone has no padding behind
    }
    runs.push_back({to.id.value, packets.size()});
  }
  void rtp_with(Buffer& earlier, Route& to, std::span<const rtc::ClearRtp> packets,
                rtc::StreamPlace& place) override {
    if (!earlier.empty()) ++twice;
    earlier.assign(1, 0);
    rtp(to, packets, place);
  }
  void rtcp(ParticipantId to, Bytes compound) override {
    rtc::RtcpReader reader(compound);
    bool first = true;
    while (auto item = reader.next().value()) {
      const bool report = std::holds_alternative<rtc::SenderReport>(*item) ||
                          std::holds_alternative<rtc::ReceiverReport>(*item);
      EXPECT_TRUE(report || !first) << "a compound packet begins with a report";
      first = false;
      control[to.value].push_back(std::move(*item));
    }
  }
  template <class Item>
  std::vector<Item> items(uint32_t to) {
    std::vector<Item> found;
    for (const auto& item : control[to]) {
      if (const auto* one = std::get_if<Item>(&item)) found.push_back(*one);
    }
    return found;
  }
  void clear() {
    media.clear();
    control.clear();
    runs.clear();
  }
  struct Run {
    uint32_t to;
    size_t packets;
    friend bool operator==(const Run&, const Run&) = default;
  };
  std::vector<Run> runs;  // calls of rtp()
  size_t twice = 0;       // packets that went out once more
  std::map<uint32_t, Route> routes;
  std::map<uint32_t, std::vector<RtpOut>> media;
  std::map<uint32_t, std::vector<rtc::RtcpItem>> control;
};

inline rtc::MediaSection video_section(std::string mid, bool from_publisher) {
  rtc::MediaSection s;
  s.mid = std::move(mid);
  s.kind = rtc::MediaKind::video;
  s.direction = from_publisher ? rtc::Direction::receive : rtc::Direction::send;
  s.codecs = from_publisher
                 ? std::vector<rtc::CodecMapping>{{rtc::Codec::vp8, vp8_in, vp8_rtx_in, ""},
                                                  {rtc::Codec::vp9, vp9_in, std::nullopt, ""},
                                                  {rtc::Codec::av1, av1_in, std::nullopt, ""}}
                 : std::vector<rtc::CodecMapping>{{rtc::Codec::vp8, vp8_out, vp8_rtx_out, ""},
                                                  {rtc::Codec::vp9, vp9_out, std::nullopt, ""},
                                                  {rtc::Codec::av1, av1_out, std::nullopt, ""}};
  s.extensions = from_publisher ? publisher_ids : receiver_ids;
  s.nack = s.pli = s.transport_cc = true;
  return s;
}
inline rtc::MediaSection audio_section(std::string mid, bool from_publisher) {
  rtc::MediaSection s = video_section(std::move(mid), from_publisher);
  s.kind = rtc::MediaKind::audio;
  s.codecs = {{rtc::Codec::opus, from_publisher ? opus_in : opus_out, std::nullopt, ""}};
  s.nack = s.pli = false;
  return s;
}

// A stream as a browser sends it.
struct Stream {
  std::string mid, rid;
  uint32_t ssrc, rtx_ssrc;
  uint8_t payload_type = vp8_in;
  uint16_t sequence = 65'530;
  uint32_t timestamp = 1000;
  uint16_t picture_id = 100;
  uint8_t tl0 = 250;
  uint16_t transport = 0;
  bool announce = true;  // carries mid and rid

  Buffer packet(Bytes payload, bool marker, std::optional<uint8_t> level = {}, bool rtx = false,
                Bytes dd = {}) {
    Buffer memory(1500);
    std::array<uint8_t, 2> number;
    store16(number.data(), transport++);
    const Buffer loud = level ? Buffer{*level} : Buffer{};
    const Bytes name = announce ? as_bytes(rid) : Bytes();
    const std::array<rtc::RtpExtension, 6> extensions = {{
        {publisher_ids.mid, announce ? as_bytes(mid) : Bytes()},
        {publisher_ids.rid, rtx ? Bytes() : name},
        {publisher_ids.repaired_rid, rtx ? name : Bytes()},
        {publisher_ids.audio_level, loud},
        {publisher_ids.transport_cc, number},
        {publisher_ids.dependency_descriptor, dd},
    }};
    const auto header =
        rtc::write_rtp_header(memory, {marker, payload_type, sequence, timestamp, ssrc}, extensions)
            .value();
    memory.resize(header.size());
    memory.insert(memory.end(), payload.begin(), payload.end());
    return memory;
  }
  // One packet of a VP8 frame: descriptor with picture id and TL0PICIDX, then the shim.
  Buffer vp8(bool key, bool begins = true, bool ends = true) {
    Buffer p(6);
    p[0] = static_cast<uint8_t>(0x80 | (begins ? 0x10 : 0));
    p[1] = 0xc0;
    store16(&p[2], static_cast<uint16_t>(0x8000 | picture_id));
    p[4] = tl0;
    p[5] = key ? 0x10 : 0x11;
    p.push_back(static_cast<uint8_t>(sequence));  // tells packets apart
    Buffer made = packet(p, ends);
    ++sequence;
    if (ends) {
      picture_id = (picture_id + 1) & 0x7fff;
      ++tl0;
      timestamp += 3000;
    }
    return made;
  }
  Buffer opus(uint8_t level) {
    const Buffer p = {1, 2, static_cast<uint8_t>(sequence)};
    Buffer made = packet(p, false, level);
    ++sequence;
    timestamp += 960;
    return made;
  }
  // RFC 4588, of an original as packet() made it.
  Buffer retransmission(Buffer original, uint16_t rtx_sequence) {
    const auto parsed = rtc::RtpPacket::parse(original).value();
    Buffer payload(2);
    store16(payload.data(), parsed.sequence());
    payload.insert(payload.end(), parsed.payload().begin(), parsed.payload().end());
    Stream rtx = *this;
    rtx.ssrc = rtx_ssrc;
    rtx.payload_type = vp8_rtx_in;
    rtx.sequence = rtx_sequence;
    rtx.timestamp = parsed.timestamp();
    return rtx.packet(payload, parsed.marker(), {}, true);
  }
};

inline uint16_t picture_of(const RtpOut& p) {
  return load16(&p.payload[2]) & 0x7fff;
}
inline uint8_t tl0_of(const RtpOut& p) {
  return p.payload[4];
}

class RoomTest : public testing::Test {
 protected:
  explicit RoomTest(const RoomSettings& settings = {}) : room(random, now, settings) {}

  static ParticipantSetup setup(uint32_t id, size_t audio_slots = 8, size_t video_slots = 4) {
    ParticipantSetup s;
    s.id = {id};
    s.publications.push_back({Source::microphone, audio_section("mic", true)});
    Publication camera{Source::camera, video_section("cam", true), 1280, 720};
    camera.section.rids = {"q", "h", "f"};
    s.publications.push_back(camera);
    for (size_t i = 0; i < audio_slots + video_slots; ++i) {
      const bool audio = i < audio_slots;
      rtc::MediaSection section = audio ? audio_section("s" + std::to_string(i), false)
                                        : video_section("s" + std::to_string(i), false);
      section.ssrc = id * 1000 + static_cast<uint32_t>(i);
      section.rtx_ssrc = audio ? 0 : section.ssrc + 500;
      s.slots.push_back(section);
    }
    return s;
  }
  void join(uint32_t id) { join(setup(id)); }
  void join(ParticipantSetup s) {
    const ParticipantId id = s.id;
    room.add(now, std::move(s), out);
    room.connected(now, id, out);
  }
  void want(uint32_t who, std::vector<Want> wants) { room.set_wants(now, {who}, wants, out); }
  Want camera_of(uint32_t who, uint16_t width, uint16_t height) {
    return {{who}, Source::camera, width, height};
  }
  // Lets virtual time pass.
  void pass(Duration d) {
    const Instant end = now + d;
    while (room.next_timeout() <= end) {
      now = std::max(now, room.next_timeout());
      room.handle_timeout(now, out);
    }
    now = end;
  }
  Status send(uint32_t from, Buffer packet) {
    const Status status = room.handle_rtp(now, {from}, packet, out);
    if (!batching) room.flush(now, out);
    return status;
  }
  Status send(uint32_t from, const rtc::RtcpItem& item) {
    std::array<uint8_t, 1400> memory;
    rtc::RtcpWriter writer(memory);
    EXPECT_TRUE(writer.add(item));
    return room.handle_rtcp(now, {from}, writer.packet(), out);
  }
  // The slots of a participant as it was told: mid -> content.
  std::map<std::string, std::pair<std::optional<uint32_t>, Source>> slots_of(uint32_t who) {
    hear();
    return told[who];
  }
  // What is in a participant's slots and held back, as it was told.
  std::vector<Content> held_back_from(uint32_t who) {
    hear();
    return held_back[who];
  }
  // Takes what the server would be told.
  void hear() {
    for (Event& event : room.take_events()) {
      if (const auto* change = std::get_if<SlotsChanged>(&event)) {
        for (const SlotChange& slot : change->slots) {
          const auto content = slot.content ? std::optional(slot.content->value) : std::nullopt;
          told[change->id.value][slot.mid] = {content, slot.source};
        }
      } else if (const auto* held = std::get_if<HeldBackChanged>(&event)) {
        held_back[held->id.value] = held->sources;
      }
      events.push_back(std::move(event));
    }
  }
  template <class E>
  std::vector<E> heard() {
    hear();
    std::vector<E> all;
    for (const Event& event : events) {
      if (const auto* one = std::get_if<E>(&event)) all.push_back(*one);
    }
    return all;
  }
  std::vector<RtpOut> video_to(uint32_t who) {
    std::vector<RtpOut> found;
    for (const RtpOut& p : out.media[who]) {
      if (p.payload_type != opus_out) found.push_back(p);
    }
    return found;
  }

  Stream q{"cam", "q", 0x11, 0x12}, h{"cam", "h", 0x21, 0x22}, f{"cam", "f", 0x31, 0x32};
  Instant now{5'000'000};
  SeededRandom random{7};
  bool batching = false;  // packets stay queued until somebody flushes
  Recorder out;
  Room room;
  std::map<uint32_t, std::map<std::string, std::pair<std::optional<uint32_t>, Source>>> told;
  std::map<uint32_t, std::vector<Content>> held_back;
  std::vector<Event> events;  // all that was heard
};

}  // namespace vicino::sfu
