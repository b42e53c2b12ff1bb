#include "sim/call/negotiated.h"

namespace vicino::sim {
namespace {

constexpr uint8_t opus = 111, vp8 = 96, vp8_rtx = 97;
constexpr rtc::ExtensionIds extensions{
    .mid = 1, .rid = 2, .repaired_rid = 3, .audio_level = 4, .transport_cc = 5};

// Of one participant's visit: number 0 to 127 of what it sends, 128 to 255 of what it gets.
uint32_t ssrc_of(ParticipantId id, uint32_t visit, uint32_t number) {
  return id.value << 16 | (visit & 0x7f) << 9 | number << 1 | 1;
}
uint32_t rtx_ssrc_of(ParticipantId id, uint32_t visit, uint32_t number) {
  return ssrc_of(id, visit, number) ^ 1;
}

rtc::MediaSection section(std::string mid, rtc::MediaKind kind, rtc::Direction direction) {
  const bool video = kind == rtc::MediaKind::video;
  rtc::MediaSection made;
  made.mid = std::move(mid);
  made.kind = kind;
  made.direction = direction;
  made.codecs = {video ? rtc::CodecMapping{rtc::Codec::vp8, vp8, vp8_rtx, ""}
                       : rtc::CodecMapping{rtc::Codec::opus, opus, std::nullopt, ""}};
  made.extensions = extensions;
  made.nack = made.pli = video;
  made.transport_cc = true;
  return made;
}

}  // namespace

sfu::ParticipantSetup participant_setup(ParticipantId id, const Person& person, uint32_t visit) {
  sfu::ParticipantSetup setup;
  setup.id = id;
  setup.follows_watched = true;
  if (person.voice) {
    setup.publications.push_back(
        {sfu::Source::microphone, section("mic", rtc::MediaKind::audio, rtc::Direction::receive)});
  }
  if (person.camera) {
    const VideoLayer& largest = person.camera->layers.back();
    sfu::Publication camera{sfu::Source::camera,
                            section("cam", rtc::MediaKind::video, rtc::Direction::receive),
                            largest.width, largest.height};
    for (const VideoLayer& layer : person.camera->layers) {
      if (!layer.rid.empty()) camera.section.rids.push_back(layer.rid);
    }
    setup.publications.push_back(std::move(camera));
  }
  for (uint32_t i = 0; i < person.ears + person.views.size(); ++i) {
    const bool ear = i < person.ears;
    rtc::MediaSection slot =
        section("s" + std::to_string(i), ear ? rtc::MediaKind::audio : rtc::MediaKind::video,
                rtc::Direction::send);
    slot.ssrc = ssrc_of(id, visit, 128 + i);
    if (!ear) slot.rtx_ssrc = rtx_ssrc_of(id, visit, 128 + i);
    setup.slots.push_back(std::move(slot));
  }
  return setup;
}

SenderSetup sender_setup(ParticipantId id, const Person& person, uint32_t visit) {
  SenderSetup setup;
  setup.publisher = static_cast<uint8_t>(id.value);
  setup.extensions = extensions;
  setup.voice = person.voice;
  setup.voice_stream = {.ssrc = ssrc_of(id, visit, 0),
                        .payload_type = opus,
                        .mid = "mic",
                        .rid = "",
                        .clock = 48'000};
  setup.video = person.camera;
  if (!person.camera) return setup;
  for (const VideoLayer& layer : person.camera->layers) {
    const auto number = static_cast<uint32_t>(1 + setup.video_streams.size());
    setup.video_streams.push_back({.ssrc = ssrc_of(id, visit, number),
                                   .rtx_ssrc = rtx_ssrc_of(id, visit, number),
                                   .payload_type = vp8,
                                   .rtx_payload_type = vp8_rtx,
                                   .mid = "cam",
                                   .rid = layer.rid});
  }
  return setup;
}

}  // namespace vicino::sim
