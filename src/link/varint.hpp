#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/bytes.hpp"

namespace pantheon::link {

/// Largest number a varint of the protocol may hold: 2^31 - 1.
inline constexpr std::uint32_t kMaxVarint = 0x7FFFFFFF;

struct Varint {
  std::uint32_t value = 0;
  std::size_t length = 0;  ///< bytes it took
};

/// How many bytes a number takes.
constexpr std::size_t varint_length(std::uint32_t value) {
  std::size_t length = 1;
  while ((value >>= 7U) != 0) ++length;
  return length;
}

/// Appends a number of at most kMaxVarint as unsigned LEB128.
inline void append_varint(core::ByteVector& out, std::uint32_t value) {
  for (; value >= 0x80U; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
  out.push_back(static_cast<std::uint8_t>(value));
}

/// Reads the number at the start of `bytes`. Nothing when it is cut short, not in its shortest form, or over
/// kMaxVarint.
inline std::optional<Varint> read_varint(core::ByteView bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 5; ++i) {
    const std::uint32_t group = bytes[i] & 0x7FU;
    if (i == 4 && group > 0x07U) return std::nullopt;
    value |= group << (7U * i);
    if ((bytes[i] & 0x80U) != 0) continue;
    if (i > 0 && group == 0) return std::nullopt;  // a shorter form exists
    return Varint{value, i + 1};
  }
  return std::nullopt;
}

}  // namespace pantheon::link
