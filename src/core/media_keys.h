// Whose media is under which key. Today every sender's base key follows from the link; a group key agreement will replace
// derive_base_key() and nothing else changes: key ids, contexts and replay windows are SFrame's (sframe/media_frame.h).
#pragma once

#include "base/ids.h"
#include "base/random.h"
#include "core/room_keys.h"
#include "sframe/media_frame.h"

namespace vicino::core {

using Source = sframe::Source;
inline constexpr size_t source_count = 4;

using BaseKey = SecretBytes<16>;

// 64 random bits, the low four of them zero: those say which of the sender's streams a key id is.
SenderId random_sender(SecureRandom& random);

BaseKey derive_base_key(const MediaSecret& secret, SenderId sender);

}  // namespace vicino::core
