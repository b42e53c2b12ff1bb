// What SRTP needs of a cipher: protect one packet with keys that were expanded once. Two
// back-ends give identical bytes: Intel ipsec-mb (four times faster on AES-GCM than OpenSSL 3.0)
// and OpenSSL.
#pragma once

#include <array>
#include <memory>

#include "base/bytes.h"

namespace vicino::rtc {

// The numbers are those of DTLS's use_srtp extension (RFC 5764 section 4.1.2, RFC 7714
// section 14.2).
enum class SrtpProfile : uint16_t {
  aes128_cm_hmac_sha1_80 = 0x0001,
  aead_aes_128_gcm = 0x0007,
  aead_aes_256_gcm = 0x0008,
};
struct SrtpSizes {
  size_t key;   // bytes of the master key, and of the session key
  size_t salt;  // 12 for AEAD, 14 for AES-CM
  size_t tag;
};
SrtpSizes sizes_of(SrtpProfile profile);
constexpr bool is_aead(SrtpProfile p) {
  return p != SrtpProfile::aes128_cm_hmac_sha1_80;
}

enum class CipherBackend : uint8_t { openssl, ipsec_mb };
// The fastest back-end of this build and processor.
CipherBackend best_backend();
bool has_backend(CipherBackend backend);

using PacketIv = std::array<uint8_t, 16>;  // AEAD uses the first 12 bytes

class PacketCipher {
 public:
  virtual ~PacketCipher() = default;
  // Encrypts `clear` into `sealed`, which is as large and either the same memory or apart from it,
  // and writes the tag over `aad`, the ciphertext and (AES-CM only) `suffix`.
  virtual void seal(const PacketIv& iv, Bytes aad, Bytes clear, MutBytes sealed, Bytes suffix,
                    MutBytes tag) = 0;
  // Checks the tag in constant time, then decrypts in place. False: the tag is wrong; `data` is
  // then worthless.
  virtual bool open(const PacketIv& iv, Bytes aad, MutBytes data, Bytes suffix, Bytes tag) = 0;
};

// `auth_key` (20 bytes) is for AES-CM's HMAC-SHA1 and empty for AEAD.
std::unique_ptr<PacketCipher> make_packet_cipher(SrtpProfile profile, Bytes key, Bytes auth_key,
                                                 CipherBackend backend);

// AES in counter mode from `iv` over zeros: the pseudo-random function of key derivation (RFC 3711
// section 4.3.3).
void aes_counter_stream(Bytes key, const PacketIv& iv, MutBytes out);

}  // namespace vicino::rtc
