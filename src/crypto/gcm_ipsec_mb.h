// AES-GCM by Intel's multi-buffer library, several times as fast on packets as OpenSSL 3.0.
// It is there where the build found the library and the processor is one of those it is for.
#pragma once

#include "base/bytes.h"

namespace vicino::crypto {

class IpsecMbGcm {
 public:
  static bool available();

  explicit IpsecMbGcm(Bytes key);  // 16 or 32 bytes; CHECKs that it is available
  IpsecMbGcm(const IpsecMbGcm&) = delete;
  IpsecMbGcm& operator=(const IpsecMbGcm&) = delete;
  ~IpsecMbGcm();

  // The nonce has 12 bytes, the tag 16; `to` is as long as `from` and may be the same memory.
  void seal(Bytes nonce, Bytes aad, Bytes from, MutBytes to, MutBytes tag) const;
  // Leaves in `to` what it decrypted even if the tag is wrong: the caller's to wipe or never to
  // look at.
  [[nodiscard]] bool open(Bytes nonce, Bytes aad, Bytes from, MutBytes to, Bytes tag) const;

 private:
  bool wide_;                                     // AES-256
  alignas(64) std::array<uint8_t, 1024> memory_;  // the library's expanded key
};

}  // namespace vicino::crypto
