#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace pantheon::core {

/// Whatever the locale: `0` to `9`.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// With `A` to `Z` as `a` to `z`, whatever the locale.
inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower;
}

/// Without spaces, tabs and carriage returns at its ends.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace pantheon::core
