#include "core/json_text.hpp"

#include <cstdint>
#include <cstring>

namespace pantheon::core {
namespace {

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Whether one of eight characters may need an escape: a bit of theirs is set where a difference is zero, or
// negative.
bool may_need_escape(std::uint64_t eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const auto has_zero = [](std::uint64_t bytes) { return (bytes - kEach) & ~bytes; };
  const auto below_space = (eight - kEach * 0x20) & ~eight;
  return ((has_zero(eight ^ (kEach * '"')) | has_zero(eight ^ (kEach * '\\')) | below_space) &
          (kEach * 0x80)) != 0;
}

bool may_need_escape(const char* eight) {
  std::uint64_t value = 0;
  std::memcpy(&value, eight, sizeof value);
  return may_need_escape(value);
}

/// Whether one of four to eight characters may need an escape.
bool may_need_escape_of_few(std::string_view few) {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::memcpy(&first, few.data(), sizeof first);
  std::memcpy(&last, few.data() + few.size() - sizeof last, sizeof last);
  return may_need_escape(std::uint64_t{first} << 32U | last);
}

/// How many characters stand before the first one that needs an escape.
std::size_t count_plain(std::string_view text) {
  constexpr std::size_t kStep = sizeof(std::uint64_t);
  std::size_t count = 0;
  while (count + kStep <= text.size() && !may_need_escape(text.data() + count)) count += kStep;
  // What is left is looked at together with characters before it.
  const bool has_rest = count < text.size() && count + kStep > text.size() && text.size() >= kStep;
  if (has_rest && !may_need_escape(text.data() + text.size() - kStep)) return text.size();
  const bool few = text.size() >= kStep / 2 && text.size() < kStep;
  if (few && !may_need_escape_of_few(text)) return text.size();
  while (count < text.size() && !needs_escape(text[count])) ++count;
  return count;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kShort = "\b\f\n\r\t\"\\";
  constexpr std::string_view kLetters = "bfnrt\"\\";
  constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('\\');
  const auto known = kShort.find(c);
  if (known != std::string_view::npos) return out.push_back(kLetters[known]);
  const auto byte = static_cast<unsigned char>(c);
  out.append("u00").append({kHex[byte >> 4U], kHex[byte & 0x0FU]});
}

void append_name(std::string& out, std::string_view name) {
  const bool is_first = out.empty() || out.back() == '{';
  out.append(is_first ? "\"" : ",\"").append(name).append("\":");
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const auto plain = count_plain(text);
    out.append(text.substr(0, plain));
    if (plain == text.size()) break;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out.push_back('"');
}

void append_json_member(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  append_json_string(out, text);
}

void append_raw_json_member(std::string& out, std::string_view name, std::string_view json_text) {
  append_name(out, name);
  out.append(json_text);
}

}  // namespace pantheon::core
