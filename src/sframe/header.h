// The SFrame header (RFC 9605 section 4.3): key id and counter, each as short as it can be.
#pragma once

#include "base/bytes.h"

namespace vicino::sframe {

struct Header {
  uint64_t kid = 0;
  uint64_t counter = 0;
  friend bool operator==(const Header&, const Header&) = default;
};

inline constexpr size_t max_header_size = 17;

size_t header_size(const Header& header);

// Writes header_size(header) bytes to the front of `out`, which must have room; returns the size.
size_t encode_header(const Header& header, MutBytes out);

struct DecodedHeader {
  Header header;
  size_t size;
};
// Reads the header in front of `bytes`. Exactly what encode_header() writes is accepted.
// Errors: truncated, malformed (a number written longer than needed).
Result<DecodedHeader> decode_header(Bytes bytes);

}  // namespace vicino::sframe
