#include "rtc/fingerprint.hpp"

#include <charconv>

#include "rtc/error.hpp"

namespace pantheon::rtc {

core::Result<core::ByteVector> parse_sha256_fingerprint(std::string_view text) {
  constexpr std::size_t kBytes = 32;
  if (text.size() != kBytes * 3 - 1) return core::failure(RtcError::invalid_fingerprint);
  core::ByteVector bytes;
  bytes.reserve(kBytes);
  for (std::size_t i = 0; i < kBytes; ++i) {
    const auto pair = text.substr(i * 3, 2);
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(pair.data(), pair.data() + pair.size(), value, 16);
    const bool separated = i + 1 == kBytes || text[i * 3 + 2] == ':';
    if (error != std::errc{} || end != pair.data() + pair.size() || !separated) {
      return core::failure(RtcError::invalid_fingerprint);
    }
    bytes.push_back(value);
  }
  return bytes;
}

}  // namespace pantheon::rtc
