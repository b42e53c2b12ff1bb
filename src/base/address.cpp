#include "base/address.h"

#include <charconv>
#include <optional>
#include <vector>

namespace vicino {
namespace {

constexpr std::array<uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<std::array<uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<uint8_t, 4> octets{};
  for (size_t i = 0; i < 4; ++i) {
    const size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return std::nullopt;
    const std::string_view part = text.substr(0, dot);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), octets[i]);
    if (error != std::errc() || end != part.data() + part.size() || part.size() > 3) {
      return std::nullopt;
    }
    text = i < 3 ? text.substr(dot + 1) : std::string_view();
  }
  return octets;
}

// The 16-bit groups of one side of "::"; nullopt when not hex groups.
std::optional<std::vector<uint16_t>> parse_groups(std::string_view text) {
  std::vector<uint16_t> groups;
  while (!text.empty()) {
    const size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
      const auto octets = parse_v4(part);
      if (!octets) return std::nullopt;
      groups.push_back(load16(octets->data()));
      groups.push_back(load16(octets->data() + 2));
      return groups;
    }
    uint16_t group = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), group, 16);
    if (error != std::errc() || end != part.data() + part.size() || part.size() > 4) {
      return std::nullopt;
    }
    groups.push_back(group);
    if (groups.size() > 8) return std::nullopt;
    if (colon == std::string_view::npos) break;
    text = text.substr(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return groups;
}

std::optional<std::array<uint8_t, 16>> parse_v6(std::string_view text) {
  const size_t gap = text.find("::");
  const auto head = parse_groups(text.substr(0, gap));
  const auto tail =
      gap == std::string_view::npos ? std::vector<uint16_t>() : parse_groups(text.substr(gap + 2));
  if (!head || !tail) return std::nullopt;
  const size_t count = head->size() + tail->size();
  if (gap == std::string_view::npos ? count != 8 : count > 7) return std::nullopt;
  std::array<uint8_t, 16> ip{};
  for (size_t i = 0; i < head->size(); ++i) store16(ip.data() + i * 2, (*head)[i]);
  for (size_t i = 0; i < tail->size(); ++i) {
    store16(ip.data() + 16 - (tail->size() - i) * 2, (*tail)[i]);
  }
  return ip;
}

}  // namespace

bool Address::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), ip.begin());
}

Address Address::v4(std::array<uint8_t, 4> octets, uint16_t port) {
  Address address;
  std::copy(v4_prefix.begin(), v4_prefix.end(), address.ip.begin());
  std::copy(octets.begin(), octets.end(), address.ip.begin() + 12);
  address.port = port;
  return address;
}

Result<Address> Address::parse(std::string_view text, uint16_t port) {
  if (const auto octets = parse_v4(text)) return v4(*octets, port);
  if (const auto v6 = parse_v6(text)) {
    Address address;
    address.ip = *v6;
    address.port = port;
    return address;
  }
  return fail(Errc::malformed, "not a numeric IP address");
}

std::string Address::to_candidate_text() const {
  std::string text;
  if (is_v4()) {
    for (size_t i = 12; i < 16; ++i) text += (i > 12 ? "." : "") + std::to_string(ip[i]);
    return text;
  }
  for (size_t i = 0; i < 16; i += 2) {
    std::array<char, 4> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + 4, load16(ip.data() + i), 16).ptr;
    if (i > 0) text += ':';
    text.append(digits.data(), end);
  }
  return text;
}

}  // namespace vicino
