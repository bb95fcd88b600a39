#include "http/cache_control.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "core/ascii.hpp"

namespace pantheon::http {
namespace {

using core::lower_case;
using core::trimmed;
using Seconds = std::chrono::seconds;

// delta-seconds of RFC 9111, 1.2.2; values beyond 31 bits count as the largest.
std::optional<Seconds> parse_seconds(std::string_view text) {
  constexpr std::size_t kMaxDigits = 10;
  constexpr std::int64_t kLargest = 2'147'483'648;
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.empty() || !std::ranges::all_of(text, core::is_digit)) return std::nullopt;
  if (text.size() > kMaxDigits) return Seconds(kLargest);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return Seconds(std::min(value, kLargest));
}

std::optional<Seconds> age_of(const Headers& headers) {
  const auto age = headers.get("Age");
  return age ? parse_seconds(trimmed(*age)) : std::nullopt;
}

}  // namespace

std::optional<Seconds> remaining_lifetime(const Headers& headers) {
  auto text = headers.get("Cache-Control").value_or("");
  std::optional<Seconds> lifetime;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto directive = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto equals = std::min(directive.find('='), directive.size());
    const auto name = lower_case(directive.substr(0, equals));
    if (name == "no-store" || name == "no-cache") return Seconds(0);
    if (name != "max-age" || lifetime || equals == directive.size()) continue;
    lifetime = parse_seconds(trimmed(directive.substr(equals + 1)));
  }
  if (!lifetime) return std::nullopt;
  return std::max(Seconds(0), *lifetime - age_of(headers).value_or(Seconds(0)));
}

}  // namespace pantheon::http
