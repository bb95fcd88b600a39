#pragma once

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/bytes.hpp"

namespace pantheon::cli {

/// Nothing, or what is wrong with a text, for a person: `is not a whole number from 0 to 65535`.
using Checked = tl::expected<void, std::string>;

/// What an option holds: it reads texts into their place, which must outlive it.
struct OptionValue {
  enum class Kind { single, flag, list };
  Kind kind = Kind::single;
  std::string takes;         ///< for people: "FILE", "0 to 65535", "text, json"
  std::string default_text;  ///< what the place held when this was made; empty for nothing
  char separator = ',';      ///< between the items of a list that is written as one text
  /// The texts of one source; one, unless it is a list. The place is unchanged when they are refused.
  std::function<Checked(const std::vector<std::string>&)> set;
};

/// Any text.
OptionValue text(std::string& place, std::string takes);
/// The name of a folder, which has at least a character: an empty one would mean the current folder.
OptionValue folder(std::string& place);
/// true or false (also yes, no, on, off, 1, 0); as a flag it needs no value.
OptionValue flag(bool& place);
/// One of these words.
OptionValue choice(std::string& place, std::vector<std::string> words);
/// Any number of texts. In a variable they are separated by `separator`, around which blanks do not count.
OptionValue list(std::vector<std::string>& place, std::string takes, char separator = ',');
/// A size: `65536`, `64KiB`, `2MiB`.
OptionValue size(core::Bytes& place, core::Bytes min, core::Bytes max);

/// `250ms`, `30s`, `10m`, `12h`, `90d` as milliseconds.
tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text);
/// The shortest of those forms.
std::string time_text(std::chrono::milliseconds duration);

/// A whole number, or one with a fraction, within these limits.
template <class Number>
OptionValue number(Number& place, Number min, Number max) {
  OptionValue value;
  value.takes = fmt::format("{} to {}", min, max);
  value.default_text = fmt::format("{}", place);
  value.set = [&place, min, max, takes = value.takes](const std::vector<std::string>& texts) -> Checked {
    const auto& text = texts.back();
    Number read{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (error != std::errc{} || end != text.data() + text.size() || !(read >= min && read <= max))
      return tl::unexpected("is not a number from " + takes);
    place = read;
    return {};
  };
  return value;
}

/// A time with its unit, within these limits.
template <class Duration>
OptionValue duration(Duration& place, Duration min, Duration max) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  OptionValue value;
  value.takes = fmt::format("{} to {}", time_text(min), time_text(max));
  value.default_text = time_text(place);
  value.set = [&place, min, max, takes = value.takes](const std::vector<std::string>& texts) -> Checked {
    const auto read = parse_duration(texts.back());
    if (!read) return tl::unexpected(read.error());
    if (*read < min || *read > max || duration_cast<Duration>(*read) != *read)
      return tl::unexpected("is not a time from " + takes);
    place = duration_cast<Duration>(*read);
    return {};
  };
  return value;
}

/// The items of a list written as one text, without empty ones and blanks around them.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace pantheon::cli
