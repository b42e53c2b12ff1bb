// The formats (payload types) of one m-line, and which codecs they mean: a=rtpmap, a=fmtp,
// a=rtcp-fb.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rtc/media.h"

namespace vicino::rtc::sdp {

// What a payload type can be asked for (RFC 4585, RFC 5104, transport-wide congestion control).
struct Feedback {
  bool nack = false;
  bool pli = false;
  bool fir = false;
  bool transport_cc = false;
};

// Views into the description that is being read.
class Formats {
 public:
  // The formats of the m-line, numbers from 0 to 127. Errors: malformed.
  Status read_list(std::string_view formats);
  // Attribute values. Lines about payload types that the m-line doesn't list are passed over.
  Status read_rtpmap(std::string_view value);
  Status read_fmtp(std::string_view value);
  Status read_feedback(std::string_view value);

  // One mapping per codec that this program understands, in the offer's order.
  std::vector<CodecMapping> codecs(MediaKind kind) const;
  // What all of these codecs' payload types have in common.
  Feedback common_feedback(const std::vector<CodecMapping>& codecs) const;

 private:
  struct Format {
    bool listed = false;
    std::string_view rtpmap;  // "VP8/90000"
    std::string_view fmtp;
    Feedback feedback;
  };

  std::optional<Codec> codec_of(const Format& format, MediaKind kind) const;
  std::optional<uint8_t> retransmission_of(uint8_t payload_type) const;
  std::vector<uint8_t> usable() const;

  std::array<Format, 128> by_payload_type_;
  std::vector<uint8_t> order_;
};

}  // namespace vicino::rtc::sdp
