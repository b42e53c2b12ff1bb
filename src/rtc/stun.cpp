#include "rtc/stun.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/limits.h"

namespace vicino::rtc {
namespace {

constexpr uint32_t magic_cookie = 0x2112a442;
constexpr size_t header_size = 20;
constexpr size_t max_attributes = 32;
constexpr uint32_t fingerprint_xor = 0x5354554e;

// Attribute types (RFC 8489 section 18.3, RFC 8445 section 16.1).
constexpr uint16_t attr_mapped_address = 0x0001;
constexpr uint16_t attr_username = 0x0006;
constexpr uint16_t attr_message_integrity = 0x0008;
constexpr uint16_t attr_error_code = 0x0009;
constexpr uint16_t attr_unknown_attributes = 0x000a;
constexpr uint16_t attr_realm = 0x0014;
constexpr uint16_t attr_nonce = 0x0015;
constexpr uint16_t attr_xor_mapped_address = 0x0020;
constexpr uint16_t attr_priority = 0x0024;
constexpr uint16_t attr_use_candidate = 0x0025;
constexpr uint16_t attr_fingerprint = 0x8028;
constexpr uint16_t attr_ice_controlled = 0x8029;
constexpr uint16_t attr_ice_controlling = 0x802a;

constexpr bool comprehension_required(uint16_t type) {
  return type < 0x8000;
}

// CRC-32 of ISO 3309, bit by bit over 256 table entries made at compile time.
constexpr std::array<uint32_t, 256> crc_table = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? 0xedb88320 ^ value >> 1 : value >> 1;
    table[i] = value;
  }
  return table;
}();
uint32_t crc32(Bytes bytes) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t byte : bytes) crc = crc_table[(crc ^ byte) & 0xff] ^ crc >> 8;
  return ~crc;
}

using Sha1Tag = std::array<uint8_t, 20>;

// MESSAGE-INTEGRITY of a message that ends before the attribute: the header's length field counts
// the attribute itself.
Sha1Tag integrity_tag(Bytes before, std::string_view key) {
  std::array<uint8_t, limits::max_datagram> adjusted;
  copy(before, adjusted);
  store16(adjusted.data() + 2, static_cast<uint16_t>(before.size() - header_size + 24));
  Sha1Tag tag;
  unsigned size = 0;
  CHECK(HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), adjusted.data(), before.size(),
             tag.data(), &size));
  CHECK(size == tag.size());
  return tag;
}

std::optional<Address> read_xor_address(Bytes value, const StunTransactionId& transaction) {
  if (value.size() < 8) return std::nullopt;
  const auto port = static_cast<uint16_t>(load16(value.data() + 2) ^ magic_cookie >> 16);
  std::array<uint8_t, 16> mask;
  store32(mask.data(), magic_cookie);
  copy(transaction, MutBytes(mask).subspan(4));
  if (value[1] == 1 && value.size() == 8) {
    std::array<uint8_t, 4> octets;
    for (size_t i = 0; i < 4; ++i) octets[i] = value[4 + i] ^ mask[i];
    return Address::v4(octets, port);
  }
  if (value[1] == 2 && value.size() == 20) {
    Address address;
    address.port = port;
    for (size_t i = 0; i < 16; ++i) address.ip[i] = value[4 + i] ^ mask[i];
    return address;
  }
  return std::nullopt;
}

// Takes in one attribute; what isn't known and must be is remembered. Errors: malformed.
Status read_attribute(StunMessage& message, uint16_t type, Bytes value) {
  const auto expect = [&](size_t size) -> Status {
    if (value.size() != size) return fail(Errc::malformed, "STUN attribute of wrong size");
    return {};
  };
  switch (type) {
    case attr_username:
      if (value.size() > 513) return fail(Errc::malformed, "STUN USERNAME over 513 bytes");
      message.username = as_text(value);
      return {};
    case attr_priority:
      TRY(expect(4));
      message.priority = load32(value.data());
      return {};
    case attr_use_candidate:
      message.use_candidate = true;
      return expect(0);
    case attr_ice_controlling:
      TRY(expect(8));
      message.controlling = load64(value.data());
      return {};
    case attr_ice_controlled:
      TRY(expect(8));
      message.controlled = load64(value.data());
      return {};
    case attr_xor_mapped_address:
      message.xor_mapped_address = read_xor_address(value, message.transaction);
      return {};
    case attr_error_code:
      if (value.size() < 4) return fail(Errc::malformed, "STUN ERROR-CODE too short");
      message.error_code = static_cast<uint16_t>((value[2] & 7) * 100 + value[3]);
      return {};
    case attr_mapped_address:
    case attr_realm:
    case attr_nonce:
    case attr_unknown_attributes:
      return {};
    default:
      if (comprehension_required(type) && !message.unknown_required)
        message.unknown_required = type;
      return {};
  }
}

void write_header(Writer& out, uint16_t type, const StunTransactionId& transaction) {
  out.u16(type);
  out.u16(0);  // length: set by finish
  out.u32(magic_cookie);
  out.bytes(transaction);
}

void write_attribute(Writer& out, uint16_t type, Bytes value) {
  CHECK(value.size() <= UINT16_MAX);
  out.u16(type);
  out.u16(static_cast<uint16_t>(value.size()));
  out.bytes(value);
  for (size_t i = value.size(); i % 4 != 0; ++i) out.u8(0);
}

// Appends MESSAGE-INTEGRITY and FINGERPRINT and sets the length.
MutBytes finish(Writer& out, std::string_view password) {
  write_attribute(out, attr_message_integrity, integrity_tag(out.written(), password));
  store16(out.written().data() + 2, static_cast<uint16_t>(out.size() - header_size + 8));
  std::array<uint8_t, 4> crc;
  store32(crc.data(), crc32(out.written()) ^ fingerprint_xor);
  write_attribute(out, attr_fingerprint, crc);
  CHECK(out.ok());
  return out.written();
}

void write_xor_address(Writer& out, const Address& address, const StunTransactionId& transaction) {
  std::array<uint8_t, 20> value{};
  std::array<uint8_t, 16> mask;
  store32(mask.data(), magic_cookie);
  copy(transaction, MutBytes(mask).subspan(4));
  const bool v4 = address.is_v4();
  value[1] = v4 ? 1 : 2;
  store16(value.data() + 2, static_cast<uint16_t>(address.port ^ magic_cookie >> 16));
  const size_t size = v4 ? 4 : 16;
  for (size_t i = 0; i < size; ++i) value[4 + i] = address.ip[16 - size + i] ^ mask[i];
  write_attribute(out, attr_xor_mapped_address, Bytes(value).first(4 + size));
}

}  // namespace

Result<StunMessage> parse_stun(Bytes datagram) {
  if (datagram.size() < header_size) return fail(Errc::truncated, "STUN header");
  if (datagram.size() > limits::max_datagram)
    return fail(Errc::too_large, "STUN over one datagram");
  const uint16_t type = load16(datagram.data());
  if ((type & 0xc000) != 0 || load32(datagram.data() + 4) != magic_cookie) {
    return fail(Errc::malformed, "not STUN");
  }
  if (load16(datagram.data() + 2) != datagram.size() - header_size || datagram.size() % 4 != 0) {
    return fail(Errc::malformed, "STUN length");
  }
  StunMessage message{};
  message.message_class = static_cast<StunMessage::Class>((type >> 4 & 1) | (type >> 7 & 2));
  message.method = static_cast<uint16_t>((type & 0xf) | (type & 0xe0) >> 1 | (type & 0x3e00) >> 2);
  copy(datagram.subspan(8, 12), message.transaction);

  Reader reader(datagram.subspan(header_size));
  for (size_t count = 0; !reader.empty(); ++count) {
    if (count == max_attributes) return fail(Errc::malformed, "STUN with too many attributes");
    const size_t offset = datagram.size() - reader.remaining();
    TRY_ASSIGN(const uint16_t attribute, reader.u16());
    TRY_ASSIGN(const uint16_t size, reader.u16());
    TRY_ASSIGN(const Bytes padded, reader.take((size + 3u) & ~3u));
    const Bytes value = padded.first(size);
    if (attribute == attr_fingerprint) {
      if (size != 4 || !reader.empty()) return fail(Errc::malformed, "STUN FINGERPRINT misplaced");
      if ((crc32(datagram.first(offset)) ^ fingerprint_xor) != load32(value.data())) {
        return fail(Errc::malformed, "STUN FINGERPRINT wrong");
      }
    } else if (!message.integrity.empty()) {
      continue;  // after MESSAGE-INTEGRITY only FINGERPRINT counts (RFC 8489 section 14.5)
    } else if (attribute == attr_message_integrity) {
      if (size != 20) return fail(Errc::malformed, "STUN MESSAGE-INTEGRITY of wrong size");
      message.before_integrity = datagram.first(offset);
      message.integrity = value;
    } else {
      TRY(read_attribute(message, attribute, value));
    }
  }
  return message;
}

bool verify_integrity(const StunMessage& message, std::string_view key) {
  if (message.integrity.empty()) return false;
  return ct_equal(integrity_tag(message.before_integrity, key), message.integrity);
}

std::optional<std::string_view> local_ufrag_of(Bytes datagram) {
  const auto message = parse_stun(datagram);
  if (!message || message->message_class != StunMessage::Class::request) return std::nullopt;
  const size_t colon = message->username.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return message->username.substr(0, colon);
}

MutBytes write_binding_request(MutBytes memory, const StunRequest& request,
                               std::string_view remote_password) {
  Writer out(memory);
  write_header(out, 0x0001, request.transaction);
  write_attribute(out, attr_username, as_bytes(request.username));
  std::array<uint8_t, 8> number;
  store32(number.data(), request.priority);
  write_attribute(out, attr_priority, Bytes(number).first(4));
  store64(number.data(), request.tie_breaker);
  write_attribute(out, attr_ice_controlling, number);
  if (request.use_candidate) write_attribute(out, attr_use_candidate, {});
  return finish(out, remote_password);
}

MutBytes write_binding_success(MutBytes memory, const StunTransactionId& transaction,
                               const Address& from, std::string_view local_password) {
  Writer out(memory);
  write_header(out, 0x0101, transaction);
  write_xor_address(out, from, transaction);
  return finish(out, local_password);
}

MutBytes write_binding_error(MutBytes memory, const StunTransactionId& transaction, uint16_t code,
                             std::optional<uint16_t> unknown, std::string_view local_password) {
  Writer out(memory);
  write_header(out, 0x0111, transaction);
  const std::array<uint8_t, 4> value = {0, 0, static_cast<uint8_t>(code / 100),
                                        static_cast<uint8_t>(code % 100)};
  write_attribute(out, attr_error_code, value);
  if (unknown) {
    std::array<uint8_t, 2> type;
    store16(type.data(), *unknown);
    write_attribute(out, attr_unknown_attributes, type);
  }
  return finish(out, local_password);
}

Result<CheckAnswer> answer_check(Bytes datagram, const Address& from, std::string_view username,
                                 std::string_view password, MutBytes memory) {
  TRY_ASSIGN(const StunMessage message, parse_stun(datagram));
  if (message.message_class != StunMessage::Class::request || message.method != 1) {
    return fail(Errc::unsupported, "STUN message that isn't a binding request");
  }
  if (message.username != username) return fail(Errc::unauthenticated, "STUN user name");
  if (!verify_integrity(message, password)) return fail(Errc::unauthenticated, "STUN integrity");
  if (message.unknown_required) {
    return CheckAnswer{
        write_binding_error(memory, message.transaction, 420, message.unknown_required, password),
        fail(Errc::unsupported, "STUN attribute that must be understood")};
  }
  if (message.controlled) {
    // A lite agent is always controlled: the other side must switch (RFC 8445 section 7.3.1.1).
    return CheckAnswer{
        write_binding_error(memory, message.transaction, 487, std::nullopt, password),
        fail(Errc::bad_state, "ICE role conflict")};
  }
  return CheckAnswer{write_binding_success(memory, message.transaction, from, password),
                     {},
                     message.use_candidate};
}

Status verify_binding_success(const StunMessage& message, const StunTransactionId& transaction,
                              std::string_view remote_password) {
  if (message.transaction != transaction)
    return fail(Errc::unauthenticated, "STUN answer to no check of ours");
  if (!verify_integrity(message, remote_password))
    return fail(Errc::unauthenticated, "STUN integrity");
  if (message.message_class != StunMessage::Class::success || message.unknown_required) {
    return fail(Errc::bad_state, "STUN check refused");
  }
  return {};
}

}  // namespace vicino::rtc
