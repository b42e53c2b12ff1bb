// What codecs, header extensions and kinds are called in a session description, for its readers and
// its writers.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "rtc/media.h"

namespace vicino::rtc::sdp {

struct CodecName {
  Codec codec;
  MediaKind kind;
  std::string_view rtpmap;        // as after "a=rtpmap:111 "
  std::string_view offered_fmtp;  // what the native client offers
};
inline constexpr std::array<CodecName, 5> codec_names = {{
    {Codec::opus, MediaKind::audio, "opus/48000/2", "minptime=10;useinbandfec=1"},
    {Codec::vp8, MediaKind::video, "VP8/90000", ""},
    {Codec::vp9, MediaKind::video, "VP9/90000", "profile-id=0"},
    {Codec::av1, MediaKind::video, "AV1/90000", "profile=0"},
    {Codec::h264, MediaKind::video, "H264/90000",
     "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
}};
inline constexpr std::string_view rtx_rtpmap = "rtx/90000";

constexpr const CodecName& name_of(Codec codec) {
  return codec_names[static_cast<size_t>(codec)];
}

struct ExtensionName {
  uint8_t ExtensionIds::*id;
  std::string_view uri;
};
inline constexpr std::array<ExtensionName, 7> extension_names = {{
    {&ExtensionIds::mid, "urn:ietf:params:rtp-hdrext:sdes:mid"},
    {&ExtensionIds::rid, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"},
    {&ExtensionIds::repaired_rid, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"},
    {&ExtensionIds::audio_level, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"},
    {&ExtensionIds::transport_cc,
     "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"},
    {&ExtensionIds::abs_send_time, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"},
    {&ExtensionIds::dependency_descriptor,
     "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"},
}};

constexpr std::string_view name_of(MediaKind kind) {
  return kind == MediaKind::audio ? "audio" : "video";
}
constexpr std::optional<MediaKind> kind_named(std::string_view name) {
  if (name == "audio") return MediaKind::audio;
  if (name == "video") return MediaKind::video;
  return std::nullopt;
}

}  // namespace vicino::rtc::sdp
