// links: pantheon_core
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/json.hpp"

namespace {

namespace json = pantheon::core::json;

// As JavaScript sees them: whole numbers and doubles are of one kind, and so are 0 and -0.
bool same(const json::value& a, const json::value& b) {
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.kind() != b.kind()) return false;
  if (a.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), same);
  if (a.is_object()) {
    return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& left, const auto& right) {
      return left.key() == right.key() && same(left.value(), right.value());
    });
  }
  return a == b;
}

}  // namespace

// A document: what is read can be written, and what is written is read as the same and written as the same
// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace core = pantheon::core;
  const auto value = core::parse_json({reinterpret_cast<const char*>(data), size});
  if (!value) return 0;
  const auto written = core::serialize_json(*value);
  const auto again = core::parse_json(written);
  if (!again || !same(*again, *value) || core::serialize_json(*again) != written) std::abort();
  return 0;
}
