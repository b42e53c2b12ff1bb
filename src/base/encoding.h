// Text forms of bytes: hexadecimal, and base64 in the URL-safe alphabet without padding (RFC 4648
// section 5).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace vicino {

std::string to_hex(Bytes bytes);  // lower case
// Errors: malformed on odd length or a character outside [0-9a-fA-F].
Result<Buffer> from_hex(std::string_view text);

std::string to_base64url(Bytes bytes);
// Errors: malformed on padding, a character outside the alphabet, an impossible length or non-zero
// spare bits (so that every byte string has exactly one accepted form).
Result<Buffer> from_base64url(std::string_view text);

// Standard alphabet with padding, as SDP and HTTP use it.
std::string to_base64(Bytes bytes);

}  // namespace vicino
