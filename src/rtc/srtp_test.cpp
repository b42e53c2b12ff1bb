#include "rtc/srtp.h"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "base/random.h"
#include "rtc/hex_fixture.h"

namespace vicino::rtc {
namespace {

constexpr std::array profiles = {SrtpProfile::aead_aes_128_gcm, SrtpProfile::aead_aes_256_gcm,
                                 SrtpProfile::aes128_cm_hmac_sha1_80};
constexpr std::array backends = {CipherBackend::openssl, CipherBackend::ipsec_mb};

SrtpContext context(SrtpProfile profile, CipherBackend backend = CipherBackend::openssl) {
  const SrtpSizes sizes = sizes_of(profile);
  Buffer key(sizes.key), salt(sizes.salt);
  SeededRandom random(7);
  random.fill(key);
  random.fill(salt);
  return SrtpContext::create(profile, key, salt, backend).value();
}

Buffer rtp_packet(uint32_t ssrc, uint16_t sequence, size_t payload, uint64_t seed = 1) {
  Buffer packet(12 + payload);
  SeededRandom(seed).fill(packet);
  packet[0] = 0x80;
  store16(packet.data() + 2, sequence);
  store32(packet.data() + 8, ssrc);
  return packet;
}

Result<Buffer> protect(SrtpContext& context, Buffer packet) {
  const size_t size = packet.size();
  packet.resize(size + SrtpContext::max_rtp_overhead);
  TRY_ASSIGN(const size_t sealed, context.protect_rtp(packet, 12, size));
  packet.resize(sealed);
  return packet;
}

Result<Buffer> unprotect(SrtpContext& context, Buffer packet) {
  TRY_ASSIGN(const size_t size, context.unprotect_rtp(packet, 12));
  packet.resize(size);
  return packet;
}

// RFC 3711 appendix B.3.
TEST(SrtpVectors, KeyDerivation) {
  const Buffer key = hex("e1f97a0d3e018be0d64fa32c06de4139");
  const Buffer salt = hex("0ec675ad498afeebb6960b3aabe6");
  Buffer out(16);
  derive_srtp_key(key, salt, SrtpLabel::rtp_key, out);
  EXPECT_EQ(to_hex(out), "c61e7a93744f39ee10734afe3ff7a087");
  out.resize(14);
  derive_srtp_key(key, salt, SrtpLabel::rtp_salt, out);
  EXPECT_EQ(to_hex(out), "30cbbc08863d8c85d49db34a9ae1");
  out.resize(20);
  derive_srtp_key(key, salt, SrtpLabel::rtp_auth, out);
  EXPECT_EQ(to_hex(out), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

// RFC 3711 appendix B.2.
TEST(SrtpVectors, AesCounterModeKeystream) {
  PacketIv iv;
  copy(hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000"), iv);
  Buffer out(48);
  aes_counter_stream(hex("2b7e151628aed2a6abf7158809cf4f3c"), iv, out);
  EXPECT_EQ(to_hex(out),
            "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901"
            "e4fca894c0");
}

// RFC 7714 sections 16.1.1 and 16.2.1: one packet under both key lengths.
TEST(SrtpVectors, AeadPacketOfRfc7714) {
  const Buffer header = hex("8040f17b8041f8d35501a0b2");
  const Buffer text =
      hex("47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573");
  const std::array keys = {hex("000102030405060708090a0b0c0d0e0f"),
                           hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")};
  const std::array expected = {
      "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
      "899d7f27beb16a9152cf765ee4390cce",
      "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
      "7aa3db36dfffd6b0f9bb7878d7a76c13"};
  PacketIv iv{};
  copy(hex("51753c6580c2726f20718414"), iv);
  for (size_t i = 0; i < keys.size(); ++i) {
    for (const CipherBackend backend : backends) {
      if (!has_backend(backend)) continue;
      const auto profile = i == 0 ? SrtpProfile::aead_aes_128_gcm : SrtpProfile::aead_aes_256_gcm;
      const auto cipher = make_packet_cipher(profile, keys[i], {}, backend);
      Buffer data = text;
      std::array<uint8_t, 16> tag;
      cipher->seal(iv, header, data, data, {}, tag);
      EXPECT_EQ(to_hex(data) + to_hex(tag), expected[i]);
      EXPECT_TRUE(cipher->open(iv, header, data, {}, tag));
      EXPECT_EQ(data, text);
    }
  }
}

// A packet another implementation made from the keys of RFC 3711 appendix B.3.
TEST(SrtpVectors, AesCmPacketOfAnotherImplementation) {
  const Buffer key = hex("e1f97a0d3e018be0d64fa32c06de4139");
  const Buffer salt = hex("0ec675ad498afeebb6960b3aabe6");
  const Buffer clear = hex("800f1234decafbadcafebabeabababababababababababababababab");
  const Buffer sealed =
      hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
  auto sender =
      SrtpContext::create(SrtpProfile::aes128_cm_hmac_sha1_80, key, salt, CipherBackend::openssl)
          .value();
  EXPECT_EQ(protect(sender, clear).value(), sealed);
  auto receiver =
      SrtpContext::create(SrtpProfile::aes128_cm_hmac_sha1_80, key, salt, CipherBackend::openssl)
          .value();
  EXPECT_EQ(unprotect(receiver, sealed).value(), clear);
}

TEST(Srtp, BackendsGiveIdenticalBytesForEverySize) {
  if (!has_backend(CipherBackend::ipsec_mb)) {
    std::printf("ipsec-mb isn't in this build: only OpenSSL was tested\n");
    return;
  }
  for (const SrtpProfile profile : profiles) {
    SrtpContext a = context(profile, CipherBackend::openssl);
    SrtpContext b = context(profile, CipherBackend::ipsec_mb);
    for (uint16_t size = 0; size < 1400; size = static_cast<uint16_t>(size + 1 + size / 64)) {
      const Buffer packet = rtp_packet(1, size, size, size);
      EXPECT_EQ(protect(a, packet).value(), protect(b, packet).value()) << size;
    }
  }
}

TEST(Srtp, ComesBackInTheClearOverRolloverAndReordering) {
  for (const SrtpProfile profile : profiles) {
    SrtpContext sender = context(profile);
    SrtpContext receiver = context(profile, best_backend());
    uint16_t sequence = 65'000;
    std::vector<std::pair<Buffer, Buffer>> late;
    for (int i = 0; i < 200'000; ++i, ++sequence) {
      const Buffer clear = rtp_packet(9, sequence, 20);
      Buffer sealed = protect(sender, clear).value();
      if (i % 7 == 3) {
        late.emplace_back(clear, std::move(sealed));
        continue;
      }
      ASSERT_EQ(unprotect(receiver, sealed).value(), clear) << i;
      if (late.size() > 5) {
        for (auto& [expected, packet] : late)
          ASSERT_EQ(unprotect(receiver, packet).value(), expected);
        late.clear();
      }
    }
  }
}

TEST(Srtp, RefusesReplaysAndOldPackets) {
  for (const SrtpProfile profile : profiles) {
    SrtpContext sender = context(profile);
    SrtpContext receiver = context(profile);
    std::vector<Buffer> packets;
    for (uint16_t i = 0; i < 3000; ++i)
      packets.push_back(protect(sender, rtp_packet(9, i, 20)).value());
    for (const size_t i : {1u, 2u, 3u, 2000u}) ASSERT_TRUE(unprotect(receiver, packets[i]));
    EXPECT_EQ(unprotect(receiver, packets[2000]).error().code, Errc::replayed);
    EXPECT_EQ(unprotect(receiver, packets[2]).error().code, Errc::replayed);
    EXPECT_EQ(unprotect(receiver, packets[2000 - limits::replay_window]).error().code,
              Errc::replayed)
        << "too old";
    EXPECT_TRUE(unprotect(receiver, packets[2001 - limits::replay_window]));
  }
}

TEST(Srtp, RefusesAnyChangedByteAndTruncation) {
  for (const SrtpProfile profile : profiles) {
    SrtpContext sender = context(profile);
    SrtpContext receiver = context(profile);
    const Buffer sealed = protect(sender, rtp_packet(9, 1, 50)).value();
    for (size_t i = 1; i < sealed.size(); ++i) {
      Buffer changed = sealed;
      changed[i] ^= 1;
      EXPECT_FALSE(unprotect(receiver, changed)) << i;
    }
    for (size_t size = 0; size < sealed.size(); ++size) {
      EXPECT_FALSE(unprotect(
          receiver, Buffer(sealed.begin(), sealed.begin() + static_cast<ptrdiff_t>(size))));
    }
    EXPECT_TRUE(unprotect(receiver, sealed)) << "a refused forgery must not use up the real packet";
  }
}

TEST(Srtp, ForgedPacketsOfManyStreamsLeaveNoState) {
  SrtpContext sender = context(SrtpProfile::aead_aes_128_gcm);
  SrtpContext receiver = context(SrtpProfile::aead_aes_128_gcm);
  for (uint32_t ssrc = 0; ssrc < 10'000; ++ssrc)
    EXPECT_FALSE(unprotect(receiver, rtp_packet(ssrc, 1, 40)));
  for (uint32_t ssrc = 0; ssrc < SrtpContext::max_streams; ++ssrc) {
    ASSERT_TRUE(unprotect(receiver, protect(sender, rtp_packet(ssrc, 1, 40)).value()));
  }
  EXPECT_EQ(protect(sender, rtp_packet(99'999, 1, 40)).error().code, Errc::exhausted);
}

TEST(Srtp, NeverSealsTheSameIndexTwice) {
  SrtpContext sender = context(SrtpProfile::aead_aes_128_gcm);
  ASSERT_TRUE(protect(sender, rtp_packet(9, 5, 10)));
  EXPECT_EQ(protect(sender, rtp_packet(9, 5, 10, 2)).error().code, Errc::replayed);
}

// Whatever place is claimed, whatever the order: no nonce is used twice, and what is sealed is what
// protect_rtp would have made.
TEST(Srtp, SealsFromSharedMemoryAndNeverTheSameIndexTwice) {
  for (const SrtpProfile profile : profiles) {
    for (const CipherBackend backend : backends) {
      if (!has_backend(backend)) continue;
      SrtpContext sender = context(profile, backend), receiver = context(profile);
      SeededRandom random(12);
      std::array<StreamPlace, 3> places{};
      std::set<std::pair<uint32_t, uint16_t>> sent;
      for (int i = 0; i < 3000; ++i) {
        const uint32_t ssrc = random.u32() % 3;
        const auto sequence = static_cast<uint16_t>(i / 10 + static_cast<int>(random.u32() % 20));
        const Buffer packet = rtp_packet(ssrc, sequence, 5 + random.u32() % 100, random.u32());
        Buffer out(packet.begin(), packet.begin() + 12);
        out.resize(packet.size() + SrtpContext::max_rtp_overhead);
        StreamPlace anywhere = random.u32() % 5;
        const Buffer payload(packet.begin() + 12, packet.end());
        StreamPlace& place = random.u32() % 4 == 0 ? anywhere : places[ssrc];
        const auto size = sender.seal_rtp(out, 12, payload, place);
        if (!sent.insert({ssrc, sequence}).second) {
          ASSERT_FALSE(size);
          ASSERT_EQ(size.error().code, Errc::replayed);
          continue;
        }
        ASSERT_TRUE(size);
        out.resize(*size);
        ASSERT_EQ(unprotect(receiver, out).value(), packet);
      }
    }
  }
}

TEST(Srtcp, ComesBackInTheClearOnce) {
  for (const SrtpProfile profile : profiles) {
    SrtpContext sender = context(profile);
    SrtpContext receiver = context(profile, best_backend());
    for (int i = 0; i < 100; ++i) {
      const Buffer clear =
          hex("81c90007000000aa000000bb00000000000000000000000000000000000000000000");
      Buffer packet = clear;
      packet.resize(clear.size() + SrtpContext::max_rtcp_overhead);
      packet.resize(sender.protect_rtcp(packet, clear.size()).value());
      Buffer changed = packet;
      changed[10] ^= 1;
      EXPECT_EQ(receiver.unprotect_rtcp(changed).error().code, Errc::unauthenticated);
      Buffer opened = packet;
      opened.resize(receiver.unprotect_rtcp(opened).value());
      EXPECT_EQ(opened, clear);
      EXPECT_EQ(receiver.unprotect_rtcp(packet).error().code, Errc::replayed);
    }
  }
}

}  // namespace
}  // namespace vicino::rtc
