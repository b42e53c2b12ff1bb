// Values as people write them: 1.5M, 25ms, 5%, 64kB, 127.0.0.1:5000. Errors are sentences that say
// what to write instead.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/time.h"

namespace vicino::relay {

template <class T>
using Parsed = std::expected<T, std::string>;

Parsed<uint64_t> parse_rate(std::string_view text);  // bit/s: 500k, 1.5M, 1G, 64000; "none" is 0
Parsed<Duration> parse_duration(std::string_view text);  // 500us, 25ms, 1.5s, 2min, 0
Parsed<double> parse_share(std::string_view text);       // 5%, 0.05
Parsed<double> parse_number(std::string_view text);
Parsed<size_t> parse_size(std::string_view text);       // bytes: 64kB, 1500B
Parsed<bool> parse_switch(std::string_view text);       // true, false, on, off, yes, no, 1, 0
Parsed<Address> parse_endpoint(std::string_view text);  // 127.0.0.1:5000, [::1]:5000

}  // namespace vicino::relay
