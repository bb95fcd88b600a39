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

/// How many characters stand before the first one that needs an escape.
std::size_t count_plain(std::string_view text) {
  std::size_t count = 0;
  for (std::uint64_t eight = 0; count + sizeof eight <= text.size(); count += sizeof eight) {
    std::memcpy(&eight, text.data() + count, sizeof eight);
    if (may_need_escape(eight)) break;
  }
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
  if (!out.empty() && out.back() != '{') out.push_back(',');
  append_json_string(out, name);
  out.push_back(':');
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
