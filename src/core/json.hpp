#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::core {

namespace json = boost::json;

/// Parses a document of at most 32 levels; anything else is `invalid_json`, never an exception.
Result<json::value> parse_json(std::string_view text);

/// As parse_json, and the document must be an object.
Result<json::object> parse_json_object(std::string_view text);

/// A member by name and type; nothing when it is absent or of another type.
/// The views stay valid as long as the object does.
std::optional<std::string_view> get_string(const json::object& object, std::string_view key);
/// As get_string; empty where that gives nothing.
std::string_view get_text(const json::object& object, std::string_view key);
std::optional<std::int64_t> get_integer(const json::object& object, std::string_view key);
std::optional<bool> get_bool(const json::object& object, std::string_view key);
const json::object* get_object(const json::object& object, std::string_view key);
const json::array* get_array(const json::object& object, std::string_view key);

}  // namespace pantheon::core
