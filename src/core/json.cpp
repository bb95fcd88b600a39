#include "core/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <charconv>

#include "core/json_builder.hpp"
#include "core/json_depth.hpp"

namespace pantheon::core {
namespace {

constexpr std::size_t kEscape = 6;  // backslash, u, four digits
constexpr std::string_view kReplacement = "\\uFFFD";

/// The code unit of an escape that the text begins with.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < kEscape || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const auto* const end = text.data() + kEscape;
  const auto [read, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc{} || read != end) return std::nullopt;
  return unit;
}

bool is_leading(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_trailing(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// Halves of a pair of surrogates replaced that stand alone.
std::string with_whole_characters(std::string_view text) {
  std::string whole;
  whole.reserve(text.size());
  while (!text.empty()) {
    std::size_t taken = text.front() == '\\' ? std::min<std::size_t>(2, text.size()) : 1;
    std::string_view kept = text.substr(0, taken);
    if (const auto unit = escaped_unit(text)) {
      const auto next = escaped_unit(text.substr(kEscape));
      const bool pair = is_leading(*unit) && next && is_trailing(*next);
      taken = pair ? 2 * kEscape : kEscape;
      kept = !pair && (is_leading(*unit) || is_trailing(*unit)) ? kReplacement : text.substr(0, taken);
    }
    whole += kept;
    text.remove_prefix(taken);
  }
  return whole;
}

json::value parse(std::string_view text, boost::system::error_code& error) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<JsonBuilder> parser(options);
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error) return nullptr;
  return parser.handler().release();
}

}  // namespace

// Two things that JavaScript reads and writes come as what can be written again: a number too large for a
// double as null, and half of a pair of surrogates (of a text that was cut within a character) as U+FFFD.
// Passed on as they are, they would end the connection of whoever is sent them.
Result<json::value> parse_json(std::string_view text) {
  boost::system::error_code error;
  auto value = parse(text, error);
  if (error && text.find("\\u") != std::string_view::npos) value = parse(with_whole_characters(text), error);
  if (error) return failure(CommonError::invalid_json, error.message());
  return value;
}

Result<json::object> parse_json_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return failure(value.error());
  if (!value->is_object()) return failure(CommonError::invalid_json, "expected an object");
  return std::move(value->get_object());
}

std::optional<std::string_view> get_string(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::string_view get_text(const json::object& object, std::string_view key) {
  return get_string(object, key).value_or(std::string_view());
}

std::optional<std::int64_t> get_integer(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<bool> get_bool(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const json::object* get_object(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* get_array(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

}  // namespace pantheon::core
