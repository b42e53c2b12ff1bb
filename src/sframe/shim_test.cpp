#include "sframe/shim.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/limits.h"
#include "base/random.h"

namespace vicino::sframe {
namespace {

constexpr Codec all_codecs[] = {Codec::opus, Codec::vp8, Codec::vp9, Codec::av1, Codec::h264};

Buffer wrapped(Codec codec, bool key_frame, Bytes sealed) {
  Buffer out(max_wrapped_size(codec, sealed.size()));
  const auto used = wrap(codec, Shim(codec, key_frame, sealed.size()), {&sealed, 1}, out);
  EXPECT_TRUE(used);
  out.resize(used ? used->size() : 0);
  return out;
}

// Payloads with what start codes are made of, and sizes around the steps of LEB128.
Buffer random_payload(SeededRandom& random) {
  constexpr std::array<size_t, 8> sizes = {0, 1, 17, 127, 128, 1200, 16383, 16384};
  Buffer payload(sizes[random.u32() % sizes.size()]);
  random.fill(payload);
  if (random.u32() % 2) {
    for (uint8_t& byte : payload) byte &= 1;
  }
  return payload;
}

TEST(Shim, IsTheBytesOfTheProtocol) {
  const auto hex = [](Codec codec, bool key_frame, size_t size) {
    return to_hex(Shim(codec, key_frame, size).bytes());
  };
  EXPECT_EQ(hex(Codec::vp8, true, 100), "1000009d012a08000800");
  EXPECT_EQ(hex(Codec::vp8, false, 100), "11");
  EXPECT_EQ(hex(Codec::vp9, true, 100), "");
  EXPECT_EQ(hex(Codec::opus, true, 100), "");
  EXPECT_EQ(hex(Codec::av1, false, 100), "3264");
  EXPECT_EQ(hex(Codec::av1, false, 300), "32ac02");
  EXPECT_EQ(hex(Codec::av1, true, 300),
            "0a0a0000000cc4ff670068023"
            "2ac02");
  EXPECT_EQ(hex(Codec::av1, false, limits::max_frame), "3280808002");
  EXPECT_EQ(hex(Codec::h264, true, 100),
            "000000016742e01fda014016e806d04423501400000001"
            "68ce3880"
            "00000001"
            "658880");
  EXPECT_EQ(hex(Codec::h264, false, 100), "00000001419a80");
}

TEST(Shim, RoundTripsRandomPayloads) {
  SeededRandom random(21);
  for (const Codec codec : all_codecs) {
    for (int i = 0; i < 300; ++i) {
      const bool key_frame = random.u32() % 2 == 0;
      const Buffer payload = random_payload(random);
      const Buffer frame = wrapped(codec, key_frame, payload);
      Buffer scratch(frame.size());
      const auto unwrapped = unwrap(codec, frame, scratch);
      ASSERT_TRUE(unwrapped) << static_cast<int>(codec) << " " << payload.size();
      EXPECT_TRUE(equal(unwrapped->sealed, payload));
      EXPECT_TRUE(equal(unwrapped->shim, Shim(codec, key_frame, payload.size()).bytes()));
      if (codec != Codec::vp9 && codec != Codec::opus) {
        EXPECT_EQ(unwrapped->key_frame, key_frame);
      } else {
        EXPECT_EQ(unwrapped->key_frame, std::nullopt);
      }
    }
  }
}

TEST(Shim, JoinsParts) {
  const Buffer payload = from_hex("990000010000000000").value();
  for (const Codec codec : all_codecs) {
    const Buffer whole = wrapped(codec, true, payload);
    for (size_t cut = 0; cut <= payload.size(); ++cut) {
      const std::array<Bytes, 2> parts = {Bytes(payload).first(cut), Bytes(payload).subspan(cut)};
      Buffer out(max_wrapped_size(codec, payload.size()));
      const auto used = wrap(codec, Shim(codec, true, payload.size()), parts, out);
      ASSERT_TRUE(used);
      EXPECT_TRUE(equal(*used, whole));
    }
  }
}

// What is accepted is exactly what would have been built: any change either is refused or gives
// another frame that wraps to itself.
TEST(Shim, AcceptsOnlyItsOwnForm) {
  const Buffer payload = from_hex("99000001000000ff00").value();
  for (const Codec codec : {Codec::vp8, Codec::av1, Codec::h264}) {
    for (const bool key_frame : {false, true}) {
      const Buffer frame = wrapped(codec, key_frame, payload);
      const auto try_one = [&](Bytes input) {
        Buffer scratch(input.size());
        const auto unwrapped = unwrap(codec, input, scratch);
        if (!unwrapped) return;
        EXPECT_TRUE(equal(wrapped(codec, unwrapped->key_frame.value(), unwrapped->sealed), input))
            << to_hex(input);
      };
      for (size_t at = 0; at < frame.size(); ++at) {
        Buffer changed = frame;
        for (unsigned value = 0; value < 256; ++value) {
          changed[at] = static_cast<uint8_t>(value);
          try_one(changed);
        }
        try_one(Bytes(frame).first(at));
        Buffer longer = frame;
        longer.insert(longer.begin() + static_cast<ptrdiff_t>(at), 0);
        try_one(longer);
      }
    }
  }
}

TEST(Shim, RefusesForeignFrames) {
  const auto refused = [](Codec codec, std::string_view hex) {
    const Buffer frame = from_hex(hex).value();
    Buffer scratch(frame.size());
    const auto unwrapped = unwrap(codec, frame, scratch);
    return !unwrapped && unwrapped.error().code == Errc::malformed;
  };
  for (const Codec codec : {Codec::vp8, Codec::av1, Codec::h264}) EXPECT_TRUE(refused(codec, ""));
  EXPECT_TRUE(refused(Codec::vp8, "1002009d012a8002e00100"));       // a real VP8 key frame
  EXPECT_TRUE(refused(Codec::vp8, "31aabb"));                       // a real VP8 delta frame
  EXPECT_TRUE(refused(Codec::av1, "120032021122"));                 // a temporal delimiter in front
  EXPECT_TRUE(refused(Codec::av1, "3282001122"));                   // LEB128 longer than needed
  EXPECT_TRUE(refused(Codec::av1, "32031122"));                     // length over the end
  EXPECT_TRUE(refused(Codec::av1, "32011122"));                     // something behind the OBU
  EXPECT_TRUE(refused(Codec::h264, "00000001419a80"));              // no end
  EXPECT_TRUE(refused(Codec::h264, "00000001419a801122"));          // no end
  EXPECT_TRUE(refused(Codec::h264, "000001419a80112280"));          // short start code
  EXPECT_TRUE(refused(Codec::h264, "00000001419a800000014180"));    // a second unit
  EXPECT_TRUE(refused(Codec::h264, "00000001419a8011000003ff80"));  // prevention without need
}

TEST(Shim, FramesOverTheLimitAreRefused) {
  const Buffer zeros(limits::max_frame, 0);
  Buffer out(max_wrapped_size(Codec::h264, zeros.size()));
  const Bytes sealed(zeros);
  for (const Codec codec : {Codec::vp8, Codec::av1, Codec::h264}) {
    const auto used = wrap(codec, Shim(codec, false, sealed.size()), {&sealed, 1}, out);
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, Errc::too_large);
  }
  const Buffer long_frame(limits::max_frame + 1, 0x11);
  EXPECT_EQ(unwrap(Codec::vp8, long_frame, {}).error().code, Errc::too_large);
}

}  // namespace
}  // namespace vicino::sframe
