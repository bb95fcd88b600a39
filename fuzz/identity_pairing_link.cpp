// links: pantheon_identity
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "identity/pairing.hpp"

// What is accepted is exactly what would be made from its parts, and its origin has no room for anything
// else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace identity = pantheon::identity;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(identity::parse_pairing_code(text));
  static_cast<void>(identity::parse_pairing_mac(text));
  const auto link = identity::parse_pairing_link(text);
  if (!link) return 0;
  if (identity::to_text(*link) != text) std::abort();
  if (!link->origin.starts_with("http") || link->origin.find_first_of("@?#\\ \r\n") != std::string::npos)
    std::abort();
  return 0;
}
