#pragma once

#include <openssl/types.h>

namespace vicino::rtc {

// OpenSSL with the algorithms that DTLS between WebRTC's peers needs, and no others: to read a
// certificate, OpenSSL 3.0 goes through all that it has, which takes longer than the handshake's
// curves do. Made at the first call, by any thread; lives as long as the process. Never null.
OSSL_LIB_CTX* dtls_library();

}  // namespace vicino::rtc
