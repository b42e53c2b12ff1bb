#include "rtc/stun.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/random.h"

namespace vicino::rtc {
namespace {

constexpr std::string_view password = "VOkJxbRl1RmTxUk/WvJxBt";

// RFC 5769 section 2.1.
const Buffer request = from_hex(
                           "000100582112a442b7e7a701bc34d686fa87dfae"
                           "802200105354554e207465737420636c69656e74"
                           "002400046e0001ff80290008932ff9b151263b36"
                           "000600096576746a3a68367659202020"
                           "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
                           "80280004e57a3bcf")
                           .value();

// RFC 5769 section 2.2.
const Buffer response_v4 = from_hex(
                               "0101003c2112a442b7e7a701bc34d686fa87dfae"
                               "8022000b7465737420766563746f7220"
                               "002000080001a147e112a643"
                               "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
                               "80280004c07d4c96")
                               .value();

// RFC 5769 section 2.3.
const Buffer response_v6 = from_hex(
                               "010100482112a442b7e7a701bc34d686fa87dfae"
                               "8022000b7465737420766563746f7220"
                               "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
                               "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
                               "80280004c8fb0b4c")
                               .value();

TEST(Stun, ReadsTheRequestOfRfc5769) {
  const auto message = parse_stun(request);
  ASSERT_TRUE(message) << message.error().where;
  EXPECT_EQ(message->message_class, StunMessage::Class::request);
  EXPECT_EQ(message->method, 1);
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(message->priority, 0x6e0001ffu);
  EXPECT_EQ(message->controlled, 0x932ff9b151263b36u);
  EXPECT_TRUE(verify_integrity(*message, password));
  EXPECT_FALSE(verify_integrity(*message, "VOkJxbRl1RmTxUk/WvJxBu"));
  EXPECT_EQ(local_ufrag_of(request), "evtj");
}

TEST(Stun, ReadsTheResponsesOfRfc5769) {
  const auto v4 = parse_stun(response_v4);
  ASSERT_TRUE(v4) << v4.error().where;
  EXPECT_TRUE(verify_integrity(*v4, password));
  EXPECT_EQ(v4->xor_mapped_address, Address::v4({192, 0, 2, 1}, 32853));
  const auto v6 = parse_stun(response_v6);
  ASSERT_TRUE(v6) << v6.error().where;
  EXPECT_TRUE(verify_integrity(*v6, password));
  EXPECT_EQ(v6->xor_mapped_address,
            Address::parse("2001:db8:1234:5678:11:2233:4455:6677", 32853).value());
}

TEST(Stun, AnyChangedBitIsRefused) {
  // But for the trailing FINGERPRINT, whose absence is allowed and whose type a changed bit can
  // take away.
  for (size_t bit = 0; bit < (request.size() - 8) * 8; ++bit) {
    Buffer changed = request;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const auto message = parse_stun(changed);
    EXPECT_FALSE(message && verify_integrity(*message, password)) << "bit " << bit;
  }
}

TEST(Stun, TruncatedAndRandomInputIsRefused) {
  for (size_t size = 0; size < request.size(); ++size)
    EXPECT_FALSE(parse_stun(Bytes(request).first(size)));
  SeededRandom random(1);
  for (int i = 0; i < 20'000; ++i) {
    Buffer bytes(random.u32() % 120);
    random.fill(bytes);
    if (bytes.size() >= 8) store32(bytes.data() + 4, 0x2112a442);
    const auto message = parse_stun(bytes);
    EXPECT_FALSE(message && verify_integrity(*message, password));
  }
}

TEST(Stun, WithoutIntegrityNothingVerifies) {
  std::array<uint8_t, 20> bare{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42};
  const auto message = parse_stun(bare);
  ASSERT_TRUE(message);
  EXPECT_FALSE(verify_integrity(*message, ""));
}

TEST(Stun, WritesWhatItReads) {
  std::array<uint8_t, 256> memory;
  const StunTransactionId id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const MutBytes written =
      write_binding_request(memory, {id, "server:client", 77, 88, true}, "secret");
  const auto message = parse_stun(written);
  ASSERT_TRUE(message) << message.error().where;
  EXPECT_EQ(message->transaction, id);
  EXPECT_EQ(message->username, "server:client");
  EXPECT_EQ(message->priority, 77u);
  EXPECT_EQ(message->controlling, 88u);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_TRUE(verify_integrity(*message, "secret"));

  for (const char* ip : {"10.1.2.3", "2001:db8::7"}) {
    const Address from = Address::parse(ip, 4321).value();
    const auto answer = parse_stun(write_binding_success(memory, id, from, "secret"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->message_class, StunMessage::Class::success);
    EXPECT_EQ(answer->xor_mapped_address, from);
    EXPECT_TRUE(verify_integrity(*answer, "secret"));
  }

  const auto error = parse_stun(write_binding_error(memory, id, 420, 0x7777, "secret"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->error_code, 420);
}

TEST(Stun, UnknownRequiredAttributeIsReported) {
  Buffer bytes = from_hex("000100082112a442000000000000000000000000").value();
  const Buffer attribute = from_hex("7ffe000401020304").value();
  bytes.insert(bytes.end(), attribute.begin(), attribute.end());
  const auto message = parse_stun(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->unknown_required, 0x7ffe);
}

}  // namespace
}  // namespace vicino::rtc
