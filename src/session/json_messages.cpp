#include "session/json_messages.hpp"

#include "session/error.hpp"

namespace pantheon::session {
namespace {

constexpr std::size_t kLongestId = 256;
constexpr std::size_t kLongestType = 64;

std::string id_of(const core::json::object& object) {
  if (const auto text = core::get_string(object, "requestId")) return std::string(*text);
  if (const auto number = core::get_integer(object, "requestId")) return std::to_string(*number);
  return {};
}

}  // namespace

core::Result<JsonRequest> parse_json_request(std::string_view text) {
  if (text.size() > kLargestJsonMessage.count) return core::failure(core::CommonError::too_large);
  auto object = core::parse_json_object(text);
  if (!object) return core::failure(SessionError::bad_json_message);
  JsonRequest request;
  request.request_id = id_of(*object);
  const auto type = core::get_string(*object, "type");
  if (!type || type->empty() || type->size() > kLongestType || request.request_id.size() > kLongestId) {
    return core::failure(SessionError::bad_json_message);
  }
  request.type = *type;
  if (auto* data = object->if_contains("data")) request.data = std::move(*data);
  return request;
}

std::string json_response_message(std::string_view request_id, const core::json::value& data) {
  return core::serialize_json(
      core::json::object{{"type", "response"}, {"requestId", request_id}, {"data", data}});
}

std::string json_error_message(std::string_view request_id, const core::Error& error) {
  return core::serialize_json(core::json::object{
      {"type", "error"}, {"requestId", request_id}, {"error", error.message()}, {"code", error.code()}});
}

std::string json_models_message(const core::json::array& models) {
  return core::serialize_json(core::json::object{{"type", "models_available"}, {"models", models}});
}

}  // namespace pantheon::session
