#include "link/text.hpp"

#include <cstdint>

namespace pantheon::link {
namespace {

struct Lead {
  std::size_t length;      // bytes of the whole sequence, 0 when no sequence starts so
  std::uint8_t low, high;  // range of its second byte
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
  if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};  // nothing over U+10FFFF
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  return {0, 0, 0};
}

}  // namespace

bool valid_utf8(std::string_view text) {
  const auto bytes = core::as_bytes(text);
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = lead_of(bytes[i]);
    if (lead.length == 0 || bytes.size() - i < lead.length) return false;
    if (lead.length > 1 && (bytes[i + 1] < lead.low || bytes[i + 1] > lead.high)) return false;
    for (std::size_t k = 2; k < lead.length; ++k) {
      if ((bytes[i + k] & 0xC0U) != 0x80U) return false;
    }
    i += lead.length;
  }
  return true;
}

std::string printable(std::string_view text) {
  const bool utf8 = valid_utf8(text);
  std::string out(text);
  for (auto& c : out) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
    if (byte >= 0x80 && !utf8) c = '?';
  }
  return out;
}

}  // namespace pantheon::link
