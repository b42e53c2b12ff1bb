// What a call's media is made of: sources and the keys of an epoch (docs/protocol.md, "Media").
#pragma once

#include "base/secret.h"
#include "sframe/key_id.h"

namespace vicino::core {

using Source = sframe::Source;
inline constexpr size_t source_count = 4;

// MLS-Exporter("SFrame 1.0 Base Key", "", 16) of an epoch: all its members have it. RFC 9605 section 5.2.
using BaseKey = SecretBytes<16>;

}  // namespace vicino::core
