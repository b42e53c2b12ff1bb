// ICE and DTLS attributes: RFC 8839 section 5, RFC 8122 section 5.
#include <algorithm>

#include "base/encoding.h"
#include "rtc/sdp_session.h"

namespace vicino::rtc::sdp {
namespace {

// Characters.
constexpr size_t least_ufrag = 4, least_pwd = 22;

bool is_ice_text(std::string_view text, size_t min_size) {
  return text.size() >= min_size && text.size() <= 256 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

// "sha-256 AB:CD:..."; nullopt for another hash.
Result<std::optional<Fingerprint>> read_fingerprint(std::string_view value) {
  if (!equal_ignoring_case(take_word(value), "sha-256")) return std::nullopt;
  value = trim(value);
  Fingerprint fingerprint;
  if (value.size() != fingerprint.size() * 3 - 1) {
    return fail(Errc::malformed, "SDP: fingerprint length");
  }
  for (uint8_t& byte : fingerprint) {
    std::string_view digits = take_until(value, ':');
    TRY_ASSIGN(const Buffer decoded, from_hex(digits));
    if (decoded.size() != 1) return fail(Errc::malformed, "SDP: fingerprint");
    byte = decoded[0];
  }
  return fingerprint;
}

// UDP host candidates of component 1 with a numeric address; others (TCP, relays, mDNS names) are
// nullopt. "foundation component transport priority address port typ type ..."
Result<std::optional<Address>> read_candidate(std::string_view value) {
  take_word(value);  // foundation
  const std::string_view component = take_word(value);
  const std::string_view transport = take_word(value);
  take_word(value);  // priority
  const std::string_view ip = take_word(value);
  TRY_ASSIGN(const auto port, parse_number<uint16_t>(take_word(value)));
  if (take_word(value) != "typ") return fail(Errc::malformed, "SDP: candidate");
  if (component != "1" || !equal_ignoring_case(transport, "udp") || take_word(value) != "host") {
    return std::nullopt;
  }
  const auto address = Address::parse(ip, port);
  if (!address) return std::nullopt;
  return *address;
}

}  // namespace

Result<bool> TransportAttributes::read(const Attribute& attribute) {
  const std::string_view name = attribute.name;
  if (name == "ice-ufrag") {
    if (!is_ice_text(attribute.value, least_ufrag))
      return fail(Errc::malformed, "SDP: ICE user name");
    ufrag = attribute.value;
  } else if (name == "ice-pwd") {
    if (!is_ice_text(attribute.value, least_pwd)) return fail(Errc::malformed, "SDP: ICE password");
    pwd = attribute.value;
  } else if (name == "setup") {
    setup = attribute.value;
  } else if (name == "fingerprint") {
    TRY_ASSIGN(const auto read, read_fingerprint(attribute.value));
    if (read && !fingerprint) fingerprint = *read;
  } else if (name == "candidate") {
    TRY_ASSIGN(const auto candidate, read_candidate(attribute.value));
    if (candidate && candidates.size() < max_candidates) candidates.push_back(*candidate);
  } else {
    return false;
  }
  return true;
}

}  // namespace vicino::rtc::sdp

namespace vicino::rtc {

bool are_ice_credentials(std::string_view ufrag, std::string_view pwd) {
  return sdp::is_ice_text(ufrag, sdp::least_ufrag) && sdp::is_ice_text(pwd, sdp::least_pwd);
}

}  // namespace vicino::rtc
