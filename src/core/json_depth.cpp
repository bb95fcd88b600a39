#include "core/json_depth.hpp"

#include <algorithm>

namespace pantheon::core {

bool is_deeper(const json::value& value, std::size_t levels) {
  if (const auto* array = value.if_array()) return is_deeper(*array, levels);
  if (const auto* object = value.if_object()) return is_deeper(*object, levels);
  return false;
}

bool is_deeper(const json::array& array, std::size_t levels) {
  return levels == 0 ||
         std::ranges::any_of(array, [&](const auto& entry) { return is_deeper(entry, levels - 1); });
}

bool is_deeper(const json::object& object, std::size_t levels) {
  return levels == 0 || std::ranges::any_of(object, [&](const auto& member) {
           return is_deeper(member.value(), levels - 1);
         });
}

}  // namespace pantheon::core
