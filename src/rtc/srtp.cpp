#include "rtc/srtp.h"

#include "base/secret.h"

namespace vicino::rtc {

void derive_srtp_key(Bytes master_key, Bytes master_salt, SrtpLabel label, MutBytes out) {
  // A salt of 12 bytes counts as 14 with zeros behind (RFC 7714 section 11).
  PacketIv iv{};
  copy(master_salt, iv);
  iv[7] ^= static_cast<uint8_t>(label);
  aes_counter_stream(master_key, iv, out);
}

namespace {

constexpr size_t rtcp_header = 8;
constexpr uint32_t encrypted_flag = 0x80000000;
constexpr uint64_t last_rtp_index = (uint64_t{1} << 48) - 1;
constexpr uint64_t last_rtcp_index = (uint64_t{1} << 31) - 1;

constexpr uint64_t no_index = UINT64_MAX;

// The 48-bit index a sequence number most likely means, given the newest seen (RFC 3711
// section 3.3.1); no_index for one from before the stream began.
uint64_t guess_index(const ReplayWindow* window, uint16_t sequence) {
  if (!window || window->empty()) return sequence;
  const uint64_t newest = window->newest();
  const auto delta = static_cast<int16_t>(sequence - static_cast<uint16_t>(newest));
  const int64_t guess = static_cast<int64_t>(newest) + delta;
  return guess < 0 ? no_index : static_cast<uint64_t>(guess);
}

}  // namespace

bool ReplayWindow::is_new(uint64_t index) const {
  if (empty_ || index > newest_) return true;
  if (newest_ - index >= limits::replay_window) return false;
  const size_t bit = index % limits::replay_window;
  return (seen_[bit / 64] >> bit % 64 & 1) == 0;
}

void ReplayWindow::add(uint64_t index) {
  if (empty_ || index > newest_) {
    // Slots between the old newest and the new one belong to indices a window ago: clear them.
    const uint64_t steps =
        empty_ ? limits::replay_window : std::min<uint64_t>(index - newest_, limits::replay_window);
    if (steps == limits::replay_window) {
      seen_.fill(0);
    } else {
      for (uint64_t i = newest_ + 1; i <= index; ++i) {
        const size_t bit = i % limits::replay_window;
        seen_[bit / 64] &= ~(uint64_t{1} << bit % 64);
      }
    }
    newest_ = index;
    empty_ = false;
  }
  const size_t bit = index % limits::replay_window;
  seen_[bit / 64] |= uint64_t{1} << bit % 64;
}

SrtpContext::Cipher SrtpContext::derive(SrtpProfile profile, Bytes master_key, Bytes master_salt,
                                        bool rtcp, CipherBackend backend) {
  const SrtpSizes sizes = sizes_of(profile);
  SecretBytes<32> key;
  SecretBytes<20> auth;
  SecretBytes<16> salt;
  const MutBytes session_key = key.expose_mut().first(sizes.key);
  derive_srtp_key(master_key, master_salt, rtcp ? SrtpLabel::rtcp_key : SrtpLabel::rtp_key,
                  session_key);
  if (!is_aead(profile)) {
    derive_srtp_key(master_key, master_salt, rtcp ? SrtpLabel::rtcp_auth : SrtpLabel::rtp_auth,
                    auth.expose_mut());
  }
  derive_srtp_key(master_key, master_salt, rtcp ? SrtpLabel::rtcp_salt : SrtpLabel::rtp_salt,
                  salt.expose_mut().first(sizes.salt));
  return {make_packet_cipher(profile, session_key, auth.expose(), backend),
          {load64(salt.expose().data()), load64(salt.expose().data() + 8)}};
}

Result<SrtpContext> SrtpContext::create(SrtpProfile profile, Bytes master_key, Bytes master_salt,
                                        CipherBackend backend) {
  const SrtpSizes sizes = sizes_of(profile);
  if (master_key.size() != sizes.key || master_salt.size() != sizes.salt) {
    return fail(Errc::malformed, "SRTP key of wrong length");
  }
  return SrtpContext(profile, derive(profile, master_key, master_salt, false, backend),
                     derive(profile, master_key, master_salt, true, backend));
}

SrtpContext::~SrtpContext() {
  for (Cipher* cipher : {&rtp_, &rtcp_})
    wipe(MutBytes(reinterpret_cast<uint8_t*>(cipher->salt.data()), sizeof cipher->salt));
}

// RFC 3711 section 4.1.1 for AES-CM, RFC 7714 sections 8.1 and 9.1 for AEAD: the SSRC and the index
// at their places, over the salt.
PacketIv SrtpContext::iv_of(const Cipher& cipher, uint32_t ssrc, uint64_t index) const {
  PacketIv iv;
  if (is_aead(profile_)) {
    store64(iv.data(), cipher.salt[0] ^ uint64_t{ssrc} << 16 ^ index >> 32);
    store64(iv.data() + 8, cipher.salt[1] ^ index << 32);
  } else {
    store64(iv.data(), cipher.salt[0] ^ ssrc);
    store64(iv.data() + 8, cipher.salt[1] ^ index << 16);
  }
  return iv;
}

// One state per SSRC, whoever asks: two states under one key would use an IV twice.
Result<SrtpContext::Sending*> SrtpContext::sending(uint32_t ssrc, StreamPlace& place) {
  if (place < sending_.size() && sending_[place].ssrc == ssrc) return &sending_[place];
  const auto found = std::ranges::find(sending_, ssrc, &Sending::ssrc);
  place = static_cast<size_t>(found - sending_.begin());
  if (found != sending_.end()) return &*found;
  if (sending_.size() == max_streams) return fail(Errc::exhausted, "SRTP: too many streams");
  sending_.push_back({.ssrc = ssrc});
  return &sending_.back();
}

SrtpContext::Receiving* SrtpContext::receiving(uint32_t ssrc) {
  if (last_found_ < receiving_.size() && receiving_[last_found_]->ssrc == ssrc)
    return receiving_[last_found_].get();
  for (size_t i = 0; i < receiving_.size(); ++i) {
    if (receiving_[i]->ssrc == ssrc) {
      last_found_ = i;
      return receiving_[i].get();
    }
  }
  return nullptr;
}

Result<SrtpContext::Receiving*> SrtpContext::add_receiving(uint32_t ssrc) {
  if (receiving_.size() == max_streams) return fail(Errc::exhausted, "SRTP: too many streams");
  receiving_.push_back(std::make_unique<Receiving>());
  receiving_.back()->ssrc = ssrc;
  return receiving_.back().get();
}

Result<size_t> SrtpContext::seal_rtp(MutBytes out, size_t header_size, Bytes payload,
                                     StreamPlace& place) {
  CHECK(header_size >= 12 && header_size <= out.size());
  const size_t size = header_size + payload.size();
  const size_t tag_size = sizes_of(profile_).tag;
  if (out.size() < size + tag_size) return fail(Errc::too_large, "no room for the SRTP tag");
  const uint32_t ssrc = load32(out.data() + 8);
  TRY_ASSIGN(Sending * stream, sending(ssrc, place));
  const uint64_t index = guess_index(&stream->rtp, load16(out.data() + 2));
  if (index > last_rtp_index) return fail(Errc::exhausted, "SRTP key used up");
  // The same index twice would be the same IV twice: the one thing a sender must never do.
  if (!stream->rtp.is_new(index)) return fail(Errc::replayed, "SRTP index sent before");
  stream->rtp.add(index);
  std::array<uint8_t, 4> rollover;
  store32(rollover.data(), static_cast<uint32_t>(index >> 16));
  rtp_.packets->seal(iv_of(rtp_, ssrc, index), out.first(header_size), payload,
                     out.subspan(header_size, payload.size()),
                     is_aead(profile_) ? Bytes() : Bytes(rollover), out.subspan(size, tag_size));
  return size + tag_size;
}

Result<size_t> SrtpContext::protect_rtp(MutBytes buffer, size_t header_size, size_t size) {
  CHECK(header_size >= 12 && header_size <= size && size <= buffer.size());
  StreamPlace place = 0;
  return seal_rtp(buffer, header_size, buffer.subspan(header_size, size - header_size), place);
}

Result<size_t> SrtpContext::unprotect_rtp(MutBytes packet, size_t header_size) {
  const size_t tag_size = sizes_of(profile_).tag;
  if (header_size < 12 || packet.size() < header_size + tag_size)
    return fail(Errc::truncated, "SRTP packet");
  const uint32_t ssrc = load32(packet.data() + 8);
  Receiving* stream = receiving(ssrc);
  const uint64_t index = guess_index(stream ? &stream->rtp : nullptr, load16(packet.data() + 2));
  if (index > last_rtp_index)
    return fail(Errc::replayed, "SRTP packet from before the stream began");
  if (stream && !stream->rtp.is_new(index)) return fail(Errc::replayed, "SRTP packet seen before");
  const size_t size = packet.size() - tag_size;
  std::array<uint8_t, 4> rollover;
  store32(rollover.data(), static_cast<uint32_t>(index >> 16));
  if (!rtp_.packets->open(iv_of(rtp_, ssrc, index), packet.first(header_size),
                          packet.subspan(header_size, size - header_size),
                          is_aead(profile_) ? Bytes() : Bytes(rollover), packet.subspan(size))) {
    return fail(Errc::unauthenticated, "SRTP tag");
  }
  if (!stream) {
    TRY_ASSIGN(stream, add_receiving(ssrc));
  }
  stream->rtp.add(index);
  return size;
}

// SRTCP puts an explicit 31-bit index behind the packet: [header 8][ciphertext][tag (AEAD)][E |
// index][tag (AES-CM)].
Result<size_t> SrtpContext::protect_rtcp(MutBytes buffer, size_t size) {
  CHECK(size >= rtcp_header);
  const size_t tag_size = sizes_of(profile_).tag;
  if (buffer.size() < size + tag_size + 4)
    return fail(Errc::too_large, "no room for the SRTCP tag");
  const uint32_t ssrc = load32(buffer.data() + 4);
  StreamPlace place = 0;
  TRY_ASSIGN(Sending * stream, sending(ssrc, place));
  if (stream->next_rtcp > last_rtcp_index) return fail(Errc::exhausted, "SRTCP key used up");
  const uint64_t index = stream->next_rtcp++;
  std::array<uint8_t, 4> trailer;
  store32(trailer.data(), encrypted_flag | static_cast<uint32_t>(index));
  const MutBytes body = buffer.subspan(rtcp_header, size - rtcp_header);
  const PacketIv iv = iv_of(rtcp_, ssrc, index);
  if (is_aead(profile_)) {
    std::array<uint8_t, rtcp_header + 4> aad;  // RFC 7714 section 9.2
    copy(buffer.first(rtcp_header), aad);
    copy(trailer, MutBytes(aad).subspan(rtcp_header));
    rtcp_.packets->seal(iv, aad, body, body, {}, buffer.subspan(size, tag_size));
    copy(trailer, buffer.subspan(size + tag_size));
  } else {
    copy(trailer, buffer.subspan(size));
    rtcp_.packets->seal(iv, buffer.first(rtcp_header), body, body, trailer,
                        buffer.subspan(size + 4, tag_size));
  }
  return size + tag_size + 4;
}

Result<size_t> SrtpContext::unprotect_rtcp(MutBytes packet) {
  const size_t tag_size = sizes_of(profile_).tag;
  if (packet.size() < rtcp_header + tag_size + 4) return fail(Errc::truncated, "SRTCP packet");
  const size_t size = packet.size() - tag_size - 4;
  const uint32_t ssrc = load32(packet.data() + 4);
  const bool aead = is_aead(profile_);
  const MutBytes trailer = packet.subspan(aead ? size + tag_size : size, 4);
  const uint32_t word = load32(trailer.data());
  if ((word & encrypted_flag) == 0) return fail(Errc::unsupported, "SRTCP in the clear");
  const uint64_t index = word & ~encrypted_flag;
  Receiving* stream = receiving(ssrc);
  if (stream && !stream->rtcp.is_new(index))
    return fail(Errc::replayed, "SRTCP packet seen before");
  std::array<uint8_t, rtcp_header + 4> aad;
  copy(packet.first(rtcp_header), aad);
  copy(trailer, MutBytes(aad).subspan(rtcp_header));
  const MutBytes body = packet.subspan(rtcp_header, size - rtcp_header);
  const Bytes tag = packet.subspan(aead ? size : size + 4, tag_size);
  const Bytes signed_header = aead ? Bytes(aad) : Bytes(aad).first(rtcp_header);
  if (!rtcp_.packets->open(iv_of(rtcp_, ssrc, index), signed_header, body,
                           aead ? Bytes() : Bytes(trailer), tag)) {
    return fail(Errc::unauthenticated, "SRTCP tag");
  }
  if (!stream) {
    TRY_ASSIGN(stream, add_receiving(ssrc));
  }
  stream->rtcp.add(index);
  return size;
}

}  // namespace vicino::rtc
