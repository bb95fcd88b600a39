// links: pantheon_core
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/json.hpp"

// A document: what is read can be written, and what is written can be read. Not as the same: the last digits
// of a number may change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace core = pantheon::core;
  const auto value = core::parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const auto written = core::json::serialize(*value);
  const auto again = core::parse_json(written);
  if (!again || again->kind() != value->kind()) std::abort();
  return 0;
}
