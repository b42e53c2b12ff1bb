// AES-GCM by Intel's multi-buffer library, where the build found it.
#pragma once

#include <memory>

#include "rtc/srtp_cipher.h"

namespace vicino::rtc {

bool ipsec_mb_available();
// CHECKs that it is available.
std::unique_ptr<PacketCipher> make_ipsec_mb_gcm(Bytes key);

}  // namespace vicino::rtc
