#include "core/json.hpp"

namespace pantheon::core {

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  auto value = json::parse(text, error, {}, options);
  if (error) return failure(CommonError::invalid_json, error.message());
  return value;
}

Result<json::object> parse_json_object(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return failure(value.error());
  if (!value->is_object()) return failure(CommonError::invalid_json, "expected an object");
  return std::move(value->get_object());
}

std::optional<std::string_view> get_string(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<std::int64_t> get_integer(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<bool> get_bool(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const json::object* get_object(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* get_array(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

}  // namespace pantheon::core
