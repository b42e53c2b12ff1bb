#include "rtc/sdp_formats.h"

#include <algorithm>
#include <iterator>

#include "rtc/sdp_lines.h"
#include "rtc/sdp_names.h"

namespace vicino::rtc::sdp {
namespace {

constexpr size_t max_fmtp = 512;  // characters; real ones have under 100

// The value of `key` in "a=1;b=2"; empty when absent.
std::string_view fmtp_value(std::string_view fmtp, std::string_view key) {
  while (!fmtp.empty()) {
    std::string_view parameter = take_until(fmtp, ';');
    const std::string_view name = trim(take_until(parameter, '='));
    if (equal_ignoring_case(name, key)) return trim(parameter);
  }
  return {};
}

// A profile parameter that is absent or 0, which is its default (RFC 9628 section 6, AV1 RTP
// section 7.2).
bool main_profile(std::string_view value) {
  return value.empty() || value == "0";
}

// RFC 6184 section 8.1: profile_idc 66 with constraint_set1_flag.
bool constrained_baseline(std::string_view fmtp) {
  const std::string_view id = fmtp_value(fmtp, "profile-level-id");
  uint8_t constraints = 0;
  if (id.size() != 6 || !id.starts_with("42")) return false;
  const auto [stop, error] = std::from_chars(id.data() + 2, id.data() + 4, constraints, 16);
  return error == std::errc() && stop == id.data() + 4 && (constraints & 0x40) != 0;
}

bool usable_profile(Codec codec, std::string_view fmtp) {
  switch (codec) {
    case Codec::vp9:
      return main_profile(fmtp_value(fmtp, "profile-id"));
    case Codec::av1:
      return main_profile(fmtp_value(fmtp, "profile"));
    case Codec::h264:
      return fmtp_value(fmtp, "packetization-mode") == "1";
    case Codec::opus:
    case Codec::vp8:
      return true;
  }
  return false;
}

// "96 rest" as a payload type and the rest.
Result<uint8_t> take_payload_type(std::string_view& rest) {
  TRY_ASSIGN(const auto number, parse_number<uint8_t>(take_word(rest)));
  if (number > 127) return fail(Errc::malformed, "SDP: payload type over 127");
  return number;
}

void add_feedback(Feedback& feedback, std::string_view what) {
  feedback.nack |= what == "nack";
  feedback.pli |= what == "nack pli";
  feedback.fir |= what == "ccm fir";
  feedback.transport_cc |= what == "transport-cc";
}

}  // namespace

Status Formats::read_list(std::string_view formats) {
  for (formats = trim(formats); !formats.empty();) {
    TRY_ASSIGN(const uint8_t payload_type, take_payload_type(formats));
    if (by_payload_type_[payload_type].listed) continue;
    by_payload_type_[payload_type].listed = true;
    order_.push_back(payload_type);
  }
  return {};
}

Status Formats::read_rtpmap(std::string_view value) {
  TRY_ASSIGN(const uint8_t payload_type, take_payload_type(value));
  by_payload_type_[payload_type].rtpmap = trim(value);
  return {};
}

Status Formats::read_fmtp(std::string_view value) {
  TRY_ASSIGN(const uint8_t payload_type, take_payload_type(value));
  value = trim(value);
  if (value.size() > max_fmtp) return fail(Errc::too_large, "SDP: format parameters");
  by_payload_type_[payload_type].fmtp = value;
  return {};
}

Status Formats::read_feedback(std::string_view value) {
  if (value.starts_with("* ")) {
    for (const uint8_t payload_type : order_) {
      add_feedback(by_payload_type_[payload_type].feedback, trim(value.substr(2)));
    }
    return {};
  }
  TRY_ASSIGN(const uint8_t payload_type, take_payload_type(value));
  add_feedback(by_payload_type_[payload_type].feedback, trim(value));
  return {};
}

// Listed payload types that rtcp-mux leaves free: 64 to 95 would look like RTCP (RFC 5761
// section 4).
std::vector<uint8_t> Formats::usable() const {
  std::vector<uint8_t> result;
  std::ranges::copy_if(order_, std::back_inserter(result),
                       [](uint8_t payload_type) { return payload_type < 64 || payload_type > 95; });
  return result;
}

std::optional<Codec> Formats::codec_of(const Format& format, MediaKind kind) const {
  for (const CodecName& name : codec_names) {
    if (name.kind == kind && equal_ignoring_case(name.rtpmap, format.rtpmap) &&
        usable_profile(name.codec, format.fmtp)) {
      return name.codec;
    }
  }
  return std::nullopt;
}

std::optional<uint8_t> Formats::retransmission_of(uint8_t payload_type) const {
  for (const uint8_t candidate : usable()) {
    const Format& format = by_payload_type_[candidate];
    if (!equal_ignoring_case(format.rtpmap, rtx_rtpmap)) continue;
    const auto apt = parse_number<uint8_t>(fmtp_value(format.fmtp, "apt"));
    if (apt && *apt == payload_type) return candidate;
  }
  return std::nullopt;
}

std::vector<CodecMapping> Formats::codecs(MediaKind kind) const {
  std::vector<CodecMapping> mappings;
  for (const uint8_t payload_type : usable()) {
    const Format& format = by_payload_type_[payload_type];
    const auto codec = codec_of(format, kind);
    if (!codec) continue;
    const CodecMapping mapping = {*codec, payload_type, retransmission_of(payload_type),
                                  std::string(format.fmtp)};
    const auto known = std::ranges::find(mappings, *codec, &CodecMapping::codec);
    if (known == mappings.end()) {
      mappings.push_back(mapping);
    } else if (*codec == Codec::h264 && constrained_baseline(mapping.fmtp) &&
               !constrained_baseline(known->fmtp)) {
      *known = mapping;
    }
  }
  return mappings;
}

Feedback Formats::common_feedback(const std::vector<CodecMapping>& codecs) const {
  Feedback common = {true, true, true, true};
  for (const CodecMapping& mapping : codecs) {
    const Feedback& offered = by_payload_type_[mapping.payload_type].feedback;
    common.nack &= offered.nack;
    common.pli &= offered.pli;
    common.fir &= offered.fir;
    common.transport_cc &= offered.transport_cc;
  }
  return codecs.empty() ? Feedback() : common;
}

}  // namespace vicino::rtc::sdp
