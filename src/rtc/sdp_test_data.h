// Descriptions for the tests of sdp: those of real programs, and small ones to vary.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/sdp.h"

namespace vicino::rtc::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

// An offer of tests/data/sdp, whose README says where each is from.
inline std::string real_offer(std::string_view name) {
  return read_file(std::filesystem::path(VICINO_SOURCE_DIR) / "tests/data/sdp" / name);
}

inline const std::vector<std::string> real_offers = {
    "chromium-app.sdp",     "chromium-data.sdp",
    "firefox-app.sdp",      "firefox-data.sdp",
    "aiortc-send.sdp",      "aiortc-receive.sdp",
    "gstreamer-send.sdp",   "gstreamer-send-no-bundle.sdp",
    "gstreamer-receive.sdp"};

inline constexpr std::string_view sha256 =
    "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
    "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1f";

// A session whose transport is said once, as OBS (libdatachannel) and Pion write it.
inline std::string session_head(std::string_view bundle = "0") {
  std::string text = "v=0\r\no=rtc 1 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
  if (!bundle.empty()) text += "a=group:BUNDLE " + std::string(bundle) + "\r\n";
  text +=
      "a=group:LS 0 1\r\na=msid-semantic:WMS *\r\na=setup:actpass\r\na=ice-ufrag:CSGN\r\n"
      "a=ice-pwd:vMyxJJTk4NZ1dhEmRrLQNm\r\na=ice-options:ice2,trickle\r\n";
  return text + "a=fingerprint:sha-256 " + std::string(sha256) + "\r\n";
}

// An audio m-line with Opus; `more` are further lines.
inline std::string audio(std::string_view mid, std::string_view more = "") {
  return "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:" + std::string(mid) +
         "\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n" + std::string(more);
}

// A video m-line with these formats and nothing said about them.
inline std::string video(std::string_view mid, std::string_view formats,
                         std::string_view more = "") {
  return "m=video 9 UDP/TLS/RTP/SAVPF " + std::string(formats) + "\r\na=mid:" + std::string(mid) +
         "\r\na=sendonly\r\na=rtcp-mux\r\n" + std::string(more);
}

inline AnswerOptions answer_options() {
  AnswerOptions options;
  options.local.ice_ufrag = "lite";
  options.local.ice_pwd = "lite+lite/lite+lite/lite";
  options.local.fingerprint.fill(0x5a);
  options.local.candidates = {Address::v4({192, 0, 2, 10}, 7000)};
  options.video_codecs = {Codec::vp9, Codec::vp8, Codec::av1, Codec::h264};
  options.session_id = 77;
  return options;
}

// Replaces the first `from`, which must be there.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not in the text: " + std::string(from));
  return text.replace(at, from.size(), to);
}

}  // namespace vicino::rtc::test
