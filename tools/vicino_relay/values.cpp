#include "values.h"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>

namespace vicino::relay {
namespace {

constexpr double largest = 1e15;  // as a double still a whole number of microseconds or bits

struct Unit {
  std::string_view name;
  double factor;
};

// A number and its unit; nullopt: no number that isn't negative, or another unit.
std::optional<double> parse_quantity(std::string_view text, std::initializer_list<Unit> units) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const Unit& u : units) {
    if (u.name == unit && number * u.factor <= largest) return number * u.factor;
  }
  return std::nullopt;
}

std::unexpected<std::string> no(std::string_view text, std::string_view what) {
  return std::unexpected("\"" + std::string(text) + "\" is no " + std::string(what));
}

}  // namespace

Parsed<uint64_t> parse_rate(std::string_view text) {
  if (text == "none") return 0;
  const auto bits = parse_quantity(text, {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}});
  if (!bits) return no(text, "rate in bit/s: write 500k, 1.5M, 1G or none");
  return static_cast<uint64_t>(std::llround(*bits));
}

Parsed<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{};
  const auto us = parse_quantity(text, {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"min", 60e6}});
  if (!us) return no(text, "time with a unit: write 500us, 25ms, 1.5s or 2min");
  return microseconds(std::llround(*us));
}

Parsed<double> parse_share(std::string_view text) {
  const auto share = parse_quantity(text, {{"", 1}, {"%", 0.01}});
  if (!share || *share > 1) return no(text, "share of packets: write 5% or 0.05, at most 100%");
  return *share;
}

Parsed<double> parse_number(std::string_view text) {
  const auto number = parse_quantity(text, {{"", 1}});
  if (!number) return no(text, "number: write 3 or 2.5");
  return *number;
}

Parsed<size_t> parse_size(std::string_view text) {
  const auto bytes = parse_quantity(text, {{"B", 1}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}});
  if (!bytes) return no(text, "size with a unit: write 1500B, 64kB or 1MB");
  return static_cast<size_t>(std::llround(*bytes));
}

Parsed<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"true", "on", "yes", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view off : {"false", "off", "no", "0"}) {
    if (text == off) return false;
  }
  return no(text, "switch: write true or false");
}

Parsed<Address> parse_endpoint(std::string_view text) {
  constexpr std::string_view what = "address with a port: write 127.0.0.1:5000 or [::1]:5000";
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return no(text, what);
  std::string_view ip = text.substr(0, colon);
  const bool bracketed = ip.starts_with('[') && ip.ends_with(']');
  if (bracketed) ip = ip.substr(1, ip.size() - 2);
  const std::string_view digits = text.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const auto address = Address::parse(ip, port);
  if (error != std::errc() || end != digits.data() + digits.size() || !address ||
      bracketed == address->is_v4()) {
    return no(text, what);
  }
  return *address;
}

}  // namespace vicino::relay
