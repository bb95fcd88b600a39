#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/json.hpp"
#include "core/json_text.hpp"

namespace pantheon::core {
namespace {

constexpr std::size_t kMaxNumber = 32;  // characters of an integer, or of a double with 17 digits
constexpr std::size_t kMaxScratch = 64 * 1024;
constexpr int kMinPlain = -6;  // exponents of the numbers that are written without one
constexpr int kMaxPlain = 20;

template <class Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, kMaxNumber> text;
  const auto* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(std::string_view(text.data(), end));
}

/// The digits d₁d₂d₃… as d₁.d₂d₃… times ten to the exponent.
void append_decimal(std::string& out, std::string_view digits, int exponent) {
  if (exponent < kMinPlain || exponent > kMaxPlain) {
    out.push_back(digits.front());
    if (digits.size() > 1) out.append(".").append(digits.substr(1));
    out.append(exponent < 0 ? "e-" : "e+");
    return append_integer(out, std::abs(exponent));
  }
  if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent) - 1, '0').append(digits);
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  out.append(digits.substr(0, whole));
  if (digits.size() > whole) out.append(".").append(digits.substr(whole));
  if (digits.size() < whole) out.append(whole - digits.size(), '0');
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  if (value == 0) return out.push_back('0');
  if (value < 0) out.push_back('-');
  std::array<char, kMaxNumber> text;  // d.ddde±dd
  const auto* const end =
      std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::scientific)
          .ptr;
  std::string_view digits(text.data(), end);
  const auto mark = digits.find('e');
  int exponent = 0;
  std::from_chars(digits.data() + mark + (digits[mark + 1] == '+' ? 2 : 1), end, exponent);
  if (mark > 1) std::swap(text[0], text[1]);  // the point to the front, and away
  digits = digits.substr(mark > 1 ? 1 : 0, mark > 1 ? mark - 1 : 1);
  append_decimal(out, digits, exponent);
}

/// In place of the comma behind the last one, or behind the opening bracket.
void end_list(std::string& out, char bracket) {
  if (out.back() == ',') out.pop_back();
  out.push_back(bracket);
}

void append_value(std::string& out, const json::value& value);

void append_array(std::string& out, const json::array& array) {
  out.push_back('[');
  for (const auto& element : array) {
    append_value(out, element);
    out.push_back(',');
  }
  end_list(out, ']');
}

void append_object(std::string& out, const json::object& object) {
  out.push_back('{');
  for (const auto& member : object) {
    append_json_string(out, member.key());
    out.push_back(':');
    append_value(out, member.value());
    out.push_back(',');
  }
  end_list(out, '}');
}

void append_value(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out.append("null");
      return;
    case json::kind::bool_:
      out.append(value.get_bool() ? "true" : "false");
      return;
    case json::kind::int64:
      return append_integer(out, value.get_int64());
    case json::kind::uint64:
      return append_integer(out, value.get_uint64());
    case json::kind::double_:
      return append_double(out, value.get_double());
    case json::kind::string:
      return append_json_string(out, value.get_string());
    case json::kind::array:
      return append_array(out, value.get_array());
    case json::kind::object:
      return append_object(out, value.get_object());
  }
}

/// A text of the right size for what is appended to another one, which grows once and is used again.
template <class Append>
std::string fitting(Append append) {
  thread_local std::string scratch;
  scratch.clear();
  append(scratch);
  std::string text(std::string_view{scratch});
  if (scratch.capacity() > kMaxScratch) std::string().swap(scratch);
  return text;
}

}  // namespace

void append_json(std::string& out, const json::value& value) {
  append_value(out, value);
}

std::string serialize_json(const json::value& value) {
  return fitting([&](std::string& text) { append_value(text, value); });
}

std::string serialize_json(const json::array& array) {
  return fitting([&](std::string& text) { append_array(text, array); });
}

std::string serialize_json(const json::object& object) {
  return fitting([&](std::string& text) { append_object(text, object); });
}

}  // namespace pantheon::core
