#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace pantheon::core {

/// A quantity of bytes: limits, windows and buffer sizes carry this type, not a bare number.
struct Bytes {
  std::uint64_t count = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes operator+(Bytes other) const { return {count + other.count}; }
};
constexpr Bytes operator""_B(unsigned long long n) {
  return {n};
}
constexpr Bytes operator""_KiB(unsigned long long n) {
  return {n * 1024};
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return {n * 1024 * 1024};
}

using ByteVector = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The same memory seen as bytes or as text; nothing is copied.
ByteView as_bytes(std::string_view text);
std::string_view as_text(ByteView bytes);

/// base64url without padding (RFC 4648, section 5).
std::string to_base64url(ByteView bytes);
/// Refuses padding and any character outside the alphabet (`invalid_base64`).
Result<ByteVector> from_base64url(std::string_view text);

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);

/// Compares secrets in time that depends on their length only.
bool equal_constant_time(ByteView a, ByteView b);
bool equal_constant_time(std::string_view a, std::string_view b);

/// Appends a field as the transcripts of pairing and binding hold it: length as 32 bits, big-endian, then
/// bytes.
void append_field(ByteVector& out, ByteView field);
void append_field(ByteVector& out, std::string_view field);

}  // namespace pantheon::core
