// RTP headers of one outgoing stream. Headers of the same make differ in a few numbers: the last
// one written is kept as a template, and the next is that with other numbers in it.
#pragma once

#include <array>
#include <optional>

#include "rtc/media.h"
#include "rtc/rtp.h"

namespace vicino::sfu {

class HeaderWriter {
 public:
  // Fixed part, extension header and the extensions this server sends, the dependency descriptor at
  // its longest.
  static constexpr size_t max_size = 12 + 4 + 5 * 2 + 16 + 1 + 2 + 3 + 255 + 3;

  struct Values {
    rtc::RtpHeaderFields fields;
    bool padded = false;
    bool with_mid = true;
    uint32_t sent_at = 0;  // rtc::abs_send_time
    uint16_t transport_sequence = 0;
    Bytes audio_level, dependency_descriptor;  // empty: none
  };
  // Whether the receiver counts this stream's packets for congestion control.
  static bool counted(const rtc::MediaSection& section) {
    return section.transport_cc && section.extensions.transport_cc != 0;
  }

  // Writes a whole header for `section`, always the same one, into `memory`. Gives the part that
  // was used. Errors: too_large.
  Result<Bytes> write(const rtc::MediaSection& section, const Values& values, MutBytes memory);

 private:
  // Longer ones, with the template structure of a key frame, are rare and written in full.
  static constexpr size_t max_template = 64;

  struct Shape {
    bool with_mid;
    size_t level_size, descriptor_size;
    friend bool operator==(const Shape&, const Shape&) = default;
  };
  // Where the values are in the template; 0: not there.
  struct Places {
    uint8_t level = 0, sent_at = 0, transport = 0, descriptor = 0;
  };
  static Result<MutBytes> write_fully(const rtc::MediaSection& section, const Values& values,
                                      MutBytes memory);
  void remember(const rtc::MediaSection& section, const Shape& shape, MutBytes header);
  void patch(const Values& values, uint8_t* header) const;

  std::optional<Shape> shape_;  // of the template; nullopt: there is none
  Places places_;
  size_t size_ = 0;
  std::array<uint8_t, max_template> template_;
};

}  // namespace vicino::sfu
