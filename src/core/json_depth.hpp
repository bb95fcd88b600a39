#pragma once

#include "core/json.hpp"

namespace pantheon::core {

/// Levels that parse_json reads: arrays and objects within each other.
constexpr std::size_t kMaxJsonDepth = 32;

/// Whether it has more than so many levels. Only for what parse_json has read: it goes as deep as the value.
bool is_deeper(const json::value& value, std::size_t levels);
bool is_deeper(const json::array& array, std::size_t levels);
bool is_deeper(const json::object& object, std::size_t levels);

}  // namespace pantheon::core
