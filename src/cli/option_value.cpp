#include "cli/option_value.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/ascii.hpp"

namespace pantheon::cli {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::uint64_t size;
};
// Largest first: time_text takes the first that fits.
constexpr std::array<Unit, 5> kTimes{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Unit, 4> kSizes{{{"GiB", 1U << 30U}, {"MiB", 1U << 20U}, {"KiB", 1U << 10U}, {"", 1}}};
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

/// A whole number and one of the units behind it, multiplied.
template <std::size_t N>
std::optional<std::uint64_t> parse_units(std::string_view text, const std::array<Unit, N>& units) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const auto* const unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end() || count > kMost / unit->size) return std::nullopt;
  return count * unit->size;
}

template <std::size_t N>
std::string units_text(std::uint64_t amount, const std::array<Unit, N>& units) {
  const auto* const unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return amount % u.size == 0; });
  return fmt::format("{}{}", amount / unit->size, unit->name);
}

}  // namespace

OptionValue text(std::string& place, std::string takes) {
  OptionValue value;
  value.takes = std::move(takes);
  value.default_text = place;
  value.set = [&place](const std::vector<std::string>& texts) -> Checked {
    place = texts.back();
    return {};
  };
  return value;
}

OptionValue folder(std::string& place) {
  OptionValue value = text(place, "FOLDER");
  value.set = [set = std::move(value.set)](const std::vector<std::string>& texts) -> Checked {
    if (texts.back().empty()) return tl::unexpected(std::string("is empty and names no folder"));
    return set(texts);
  };
  return value;
}

OptionValue flag(bool& place) {
  OptionValue value;
  value.kind = OptionValue::Kind::flag;
  value.takes = "true, false";
  value.default_text = place ? "true" : "false";
  value.set = [&place](const std::vector<std::string>& texts) -> Checked {
    constexpr std::array<std::string_view, 4> kYes{"true", "yes", "on", "1"};
    constexpr std::array<std::string_view, 4> kNo{"false", "no", "off", "0"};
    const auto word = core::lower_case(texts.back());
    const bool yes = std::find(kYes.begin(), kYes.end(), word) != kYes.end();
    if (!yes && std::find(kNo.begin(), kNo.end(), word) == kNo.end())
      return tl::unexpected(std::string("is neither true nor false"));
    place = yes;
    return {};
  };
  return value;
}

OptionValue choice(std::string& place, std::vector<std::string> words) {
  OptionValue value;
  value.takes = fmt::format("{}", fmt::join(words, ", "));
  value.default_text = place;
  value.set = [&place, words, takes = value.takes](const std::vector<std::string>& texts) -> Checked {
    if (std::find(words.begin(), words.end(), texts.back()) == words.end())
      return tl::unexpected("is none of: " + takes);
    place = texts.back();
    return {};
  };
  return value;
}

OptionValue list(std::vector<std::string>& place, std::string takes, char separator) {
  OptionValue value;
  value.kind = OptionValue::Kind::list;
  value.takes = std::move(takes);
  value.default_text = fmt::format("{}", fmt::join(place, std::string_view(&separator, 1)));
  value.separator = separator;
  value.set = [&place](const std::vector<std::string>& texts) -> Checked {
    place = texts;
    return {};
  };
  return value;
}

OptionValue size(core::Bytes& place, core::Bytes min, core::Bytes max) {
  OptionValue value;
  value.takes = units_text(min.count, kSizes) + " to " + units_text(max.count, kSizes);
  value.default_text = units_text(place.count, kSizes);
  value.set = [&place, min, max, takes = value.takes](const std::vector<std::string>& texts) -> Checked {
    const auto read = parse_units(texts.back(), kSizes);
    if (!read || *read < min.count || *read > max.count) return tl::unexpected("is not a size from " + takes);
    place = core::Bytes{*read};
    return {};
  };
  return value;
}

tl::expected<milliseconds, std::string> parse_duration(std::string_view text) {
  const auto read = text == "0" ? std::uint64_t{0} : parse_units(text, kTimes);
  if (!read) return tl::unexpected(std::string("is not a time with its unit, such as 30s, 10m, 12h or 90d"));
  return milliseconds(*read);
}

std::string time_text(milliseconds duration) {
  if (duration.count() == 0) return "0s";
  return units_text(static_cast<std::uint64_t>(duration.count()), kTimes);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    const auto item = core::trimmed(text.substr(0, end));
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

}  // namespace pantheon::cli
