// STUN messages as ICE uses them (RFC 8489, RFC 8445 section 7): binding requests, their answers
// and indications. Reading borrows from the datagram and allocates nothing.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"

namespace vicino::rtc {

using StunTransactionId = std::array<uint8_t, 12>;

// A message whose attributes have been read, whose FINGERPRINT (if any) is right, and whose
// integrity is *not yet* checked.
struct StunMessage {
  enum class Class : uint8_t { request = 0, indication = 1, success = 2, error = 3 };
  Class message_class;
  uint16_t method;  // 1: binding
  StunTransactionId transaction;
  std::string_view username;  // "" when absent
  std::optional<uint32_t> priority;
  bool use_candidate = false;
  std::optional<uint64_t> controlling;  // tie-breaker of ICE-CONTROLLING
  std::optional<uint64_t> controlled;
  std::optional<Address> xor_mapped_address;
  std::optional<uint16_t> error_code;
  std::optional<uint16_t>
      unknown_required;    // a comprehension-required attribute this reader doesn't know
  Bytes before_integrity;  // the message up to the MESSAGE-INTEGRITY attribute
  Bytes integrity;         // its 20 bytes; empty when absent
};

// Errors: truncated, malformed (lengths, cookie, a wrong FINGERPRINT, more than 32 attributes).
Result<StunMessage> parse_stun(Bytes datagram);

// Checks MESSAGE-INTEGRITY (HMAC-SHA1 over the message with its length adjusted, RFC 8489
// section 14.5) in constant time. `key` is the ICE password.
bool verify_integrity(const StunMessage& message, std::string_view key);

// The part of USERNAME before ':', which says whom a check is for. nullopt when this isn't a
// request with a user name.
std::optional<std::string_view> local_ufrag_of(Bytes datagram);

struct StunRequest {
  StunTransactionId transaction;
  std::string_view username;  // "remote ufrag:local ufrag"
  uint32_t priority = 0;
  uint64_t tie_breaker = 0;  // sent as ICE-CONTROLLING
  bool use_candidate = false;
};

// Writers return the used part of `memory`; 256 bytes are enough for any of them.
MutBytes write_binding_request(MutBytes memory, const StunRequest& request,
                               std::string_view remote_password);
MutBytes write_binding_success(MutBytes memory, const StunTransactionId& transaction,
                               const Address& from, std::string_view local_password);
// `code` without a reason phrase: 420 (naming `unknown`) or 487.
MutBytes write_binding_error(MutBytes memory, const StunTransactionId& transaction, uint16_t code,
                             std::optional<uint16_t> unknown, std::string_view local_password);

// What an ICE-lite agent makes of an authenticated check: the answer to send back, a success or an
// error.
struct CheckAnswer {
  MutBytes datagram;
  Status status;  // why the answer is an error: unsupported (420), bad_state (487)
  bool use_candidate = false;
};
// Answers a binding request for `username` ("local ufrag:remote ufrag") that came from `from`.
// `memory`: 256 bytes. Errors, after which nothing may be sent: as parse_stun; unsupported (not a
// binding request), unauthenticated.
Result<CheckAnswer> answer_check(Bytes datagram, const Address& from, std::string_view username,
                                 std::string_view password, MutBytes memory);

// Whether this is the authenticated success answer to the request `transaction`. Errors:
// unauthenticated, bad_state (an authenticated refusal).
Status verify_binding_success(const StunMessage& message, const StunTransactionId& transaction,
                              std::string_view remote_password);

}  // namespace vicino::rtc
