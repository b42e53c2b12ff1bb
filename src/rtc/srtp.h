// SRTP and SRTCP (RFC 3711, RFC 7714): framing, key derivation, rollover counter and replay
// windows. The ciphers are behind PacketCipher (srtp_cipher.h). Without allocation per packet.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "rtc/srtp_cipher.h"
#include "rtc/stream_place.h"

namespace vicino::rtc {

// Labels of key derivation (RFC 3711 section 4.3.2).
enum class SrtpLabel : uint8_t {
  rtp_key = 0,
  rtp_auth = 1,
  rtp_salt = 2,
  rtcp_key = 3,
  rtcp_auth = 4,
  rtcp_salt = 5
};
void derive_srtp_key(Bytes master_key, Bytes master_salt, SrtpLabel label, MutBytes out);

// Which packets of a stream were seen: the newest index and a bitmap of those before it (RFC 3711
// section 3.3.2).
class ReplayWindow {
 public:
  bool is_new(uint64_t index) const;
  void add(uint64_t index);
  // An index that never was comes first: nothing has been added yet.
  bool empty() const { return empty_; }
  uint64_t newest() const { return newest_; }

 private:
  bool empty_ = true;
  uint64_t newest_ = 0;
  std::array<uint64_t, limits::replay_window / 64> seen_{};
};

// One direction of one DTLS session. A sender uses protect_*, a receiver unprotect_*.
class SrtpContext {
 public:
  // Bytes that protecting adds to an RTP packet, and to an RTCP compound, at most.
  static constexpr size_t max_rtp_overhead = 16;
  static constexpr size_t max_rtcp_overhead = 20;
  // Streams of one direction. A stream gets state only once a packet of it has authenticated.
  static constexpr size_t max_streams = 512;

  // Errors: malformed when the key's or the salt's length isn't the profile's.
  static Result<SrtpContext> create(SrtpProfile profile, Bytes master_key, Bytes master_salt,
                                    CipherBackend backend);
  ~SrtpContext();
  SrtpContext(SrtpContext&&) noexcept = default;
  SrtpContext& operator=(SrtpContext&&) noexcept = default;

  // `buffer` begins with a packet of `size` bytes whose header (with extensions) takes
  // `header_size`; it has room for the overhead behind. Gives the protected packet's size. Errors:
  // too_large, exhausted (too many streams, or a key's last packet).
  Result<size_t> protect_rtp(MutBytes buffer, size_t header_size, size_t size);
  Result<size_t> protect_rtcp(MutBytes buffer, size_t size);
  // As protect_rtp, but only the header is in `out` already; what is encrypted behind it comes from
  // `payload`, which stays as it is.
  Result<size_t> seal_rtp(MutBytes out, size_t header_size, Bytes payload, StreamPlace& place);

  // Give the size of the packet in the clear, at the same place. Errors: truncated,
  // unauthenticated, replayed, exhausted.
  Result<size_t> unprotect_rtp(MutBytes packet, size_t header_size);
  Result<size_t> unprotect_rtcp(MutBytes packet);

 private:
  struct Sending {
    uint32_t ssrc;
    ReplayWindow rtp{};  // of 48-bit packet indices: which were used
    uint64_t next_rtcp = 0;
  };
  struct Receiving {
    uint32_t ssrc;
    ReplayWindow rtp{};
    ReplayWindow rtcp{};
  };
  struct Cipher {
    std::unique_ptr<PacketCipher> packets;
    std::array<uint64_t, 2> salt;  // 16 bytes, big-endian halves
  };
  SrtpContext(SrtpProfile profile, Cipher rtp, Cipher rtcp)
      : profile_(profile), rtp_(std::move(rtp)), rtcp_(std::move(rtcp)) {}
  static Cipher derive(SrtpProfile profile, Bytes master_key, Bytes master_salt, bool rtcp,
                       CipherBackend backend);
  PacketIv iv_of(const Cipher& cipher, uint32_t ssrc, uint64_t index) const;
  Result<Sending*> sending(uint32_t ssrc, StreamPlace& place);
  Receiving* receiving(uint32_t ssrc);
  Result<Receiving*> add_receiving(uint32_t ssrc);

  SrtpProfile profile_;
  Cipher rtp_;
  Cipher rtcp_;
  std::vector<Sending> sending_;
  std::vector<std::unique_ptr<Receiving>> receiving_;
  StreamPlace last_found_ = 0;  // of receiving_
};

}  // namespace vicino::rtc
