#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::core {

namespace json = boost::json;

// JSON is read and written by the functions here alone, not by Boost's own: those round a double twice when
// they read it and write 1.5 as 1.5E0. tests/architecture holds everything else to that.

/// Parses a document of at most 32 levels; anything else is `invalid_json`, never an exception. Whole numbers
/// that fit are int64 or uint64, all others the nearest double; one too large for that is null.
Result<json::value> parse_json(std::string_view text);

/// As parse_json, and the document must be an object.
Result<json::object> parse_json_object(std::string_view text);

/// The text of a value as JavaScript's JSON.stringify writes it: doubles in the fewest digits that are read
/// as the same again (ECMA-262, Number::toString), -0 as 0, and what is not finite as null. Only whole
/// numbers beyond 2^53 differ: all their digits are kept. As deep as the value goes.
std::string serialize_json(const json::value& value);
std::string serialize_json(const json::array& array);
std::string serialize_json(const json::object& object);
/// Appends the same to a text.
void append_json(std::string& out, const json::value& value);

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
