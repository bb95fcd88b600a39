#include "signaling/legacy_message.hpp"

#include <array>
#include <map>

#include "core/utf8.hpp"
#include "signaling/error.hpp"
#include "signaling/nesting.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using core::CommonError;

constexpr std::size_t kMaxCredential = 8 * 1024;
constexpr std::size_t kMaxRequestId = 256;

std::string text_of_any(const json::value& value, std::size_t max) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(core::utf8_prefix(value.get_string(), max));
  return std::string(core::utf8_prefix(core::serialize_json(value), max));
}

/// Of a list as many entries as there is room for, else nothing: a host without its capabilities still
/// serves.
json::value bounded_capabilities(json::value said) {
  if (core::serialize_json(said).size() <= kMaxLegacyCapabilities) return said;
  json::array kept;
  if (!said.is_array()) return kept;
  std::size_t size = 2;  // of the brackets
  for (auto& entry : said.get_array()) {
    size += core::serialize_json(entry).size() + 1;
    if (size > kMaxLegacyCapabilities) break;
    kept.push_back(std::move(entry));
  }
  return kept;
}

/// The texts a message is made of. The first that is wrong is remembered.
class Reader {
 public:
  explicit Reader(json::object& object) : object_(&object) {}

  std::string optional(std::string_view name, std::size_t max = kMaxLegacyText) {
    const auto* value = object_->if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string() || value->get_string().size() > max) wrong(name);
    return value->is_string() ? std::string(value->get_string()) : std::string();
  }

  /// Cut; empty when it is no text.
  std::string text(std::string_view name, std::size_t max) const {
    return std::string(core::utf8_prefix(core::get_string(*object_, name).value_or(""), max));
  }

  /// Whatever it is, as text: what only people read is no reason to refuse a message.
  std::string any(std::string_view name, std::size_t max) const {
    const auto* value = object_->if_contains(name);
    return value == nullptr ? std::string() : text_of_any(*value, max);
  }

  std::string required(std::string_view name) {
    auto text = optional(name);
    if (text.empty()) wrong(name);
    return text;
  }

  LegacyRequestId request_id() {
    const auto* value = object_->if_contains("request_id");
    const bool text = value != nullptr && value->is_string() && !value->get_string().empty() &&
                      value->get_string().size() <= kMaxRequestId;
    const bool number = value != nullptr && (value->is_int64() || value->is_uint64());
    if (text || number) return *value;
    wrong("request_id");
    return nullptr;
  }

  json::value take(std::string_view name) {
    auto* value = object_->if_contains(name);
    return value == nullptr ? json::value() : std::move(*value);
  }

  json::object take_object(std::string_view name) {
    auto value = take(name);
    if (value.is_object()) return std::move(value.get_object());
    wrong(name);
    return {};
  }

  bool boolean(std::string_view name) {
    const auto value = core::get_bool(*object_, name);
    if (!value) wrong(name);
    return value.value_or(false);
  }

  void wrong(std::string_view name) {
    if (!failure_) failure_ = core::Error(CommonError::invalid_argument, std::string(name));
  }

  const std::optional<core::Error>& failure() const { return failure_; }

 private:
  json::object* object_;
  std::optional<core::Error> failure_;
};

LegacyMessage read_auth(Reader& reader) {
  return LegacyAuth{reader.optional("token", kMaxCredential), reader.optional("authKey", kMaxCredential),
                    reader.optional("peer_id")};
}

LegacyMessage read_register(Reader& reader) {
  LegacyRegister registration;
  registration.platform = reader.text("platform", kMaxLegacyText);
  registration.capabilities = bounded_capabilities(reader.take("capabilities"));
  return registration;
}

LegacyMessage read_request(Reader& reader) {
  LegacyRequest request;
  request.to_peer_id = reader.required("to_peer_id");
  request.request_id = reader.request_id();
  request.data = reader.take_object("data");
  return request;
}

LegacyMessage read_response(Reader& reader, LegacyAnswerKind kind) {
  LegacyResponse response;
  response.to_peer_id = reader.required("to_peer_id");
  response.request_id = reader.request_id();
  response.answer.kind = kind;
  response.answer.success = reader.boolean("success");
  if (response.answer.success) {
    response.answer.data = reader.take("data");
  } else {
    response.answer.error = reader.any("error", kMaxLegacyError);
    response.answer.error_code = reader.any("code", kMaxLegacyText);
  }
  return response;
}

LegacyMessage read_signal(Reader& reader, json::object& object) {
  LegacySignal signal;
  signal.to_peer_id = reader.required("to_peer_id");
  signal.message = std::move(object);
  return signal;
}

using Read = LegacyMessage (*)(Reader&, json::object&);

Read reader_of(std::string_view type) {
  static const std::map<std::string_view, Read> kReaders{
      {"auth", [](Reader& r, json::object&) { return read_auth(r); }},
      {"register", [](Reader& r, json::object&) { return read_register(r); }},
      {"get_peers", [](Reader&, json::object&) { return LegacyMessage(LegacyGetPeers()); }},
      {"heartbeat", [](Reader&, json::object&) { return LegacyMessage(LegacyHeartbeat()); }},
      {"peer_request", [](Reader& r, json::object&) { return read_request(r); }},
      {"peer_response", [](Reader& r, json::object&) { return read_response(r, LegacyAnswerKind::chat); }},
      {"models_response",
       [](Reader& r, json::object&) { return read_response(r, LegacyAnswerKind::models); }},
      {"offer", read_signal},
      {"answer", read_signal},
      {"ice_candidate", read_signal},
  };
  const auto found = kReaders.find(type);
  return found == kReaders.end() ? nullptr : found->second;
}

bool is_signal(std::string_view type) {
  return type == "offer" || type == "answer" || type == "ice_candidate";
}

/// What can be read of a message that may be refused.
LegacyRefusal outline(json::object& object, core::Error error) {
  LegacyRefusal refusal{std::move(error)};
  refusal.type = core::utf8_prefix(core::get_string(object, "type").value_or(""), kMaxLegacyText);
  refusal.request_id = Reader(object).request_id();
  if (refusal.type == "peer_response" || refusal.type == "models_response")
    refusal.asker = core::get_string(object, "to_peer_id").value_or("");
  if (const auto* data = core::get_object(object, "data")) refusal.kind = answer_kind(*data);
  return refusal;
}

std::string_view response_type(LegacyAnswerKind kind) {
  return kind == LegacyAnswerKind::models ? "models_response" : "chat_response";
}

}  // namespace

LegacyAnswerKind answer_kind(const json::object& request_data) {
  const bool models = core::get_string(request_data, "type") == "get_models";
  return models ? LegacyAnswerKind::models : LegacyAnswerKind::chat;
}

LegacyAnswer failed_answer(LegacyAnswerKind kind, const core::Error& error, json::object extra) {
  return {kind, false, nullptr, error.message(), std::string(error.code()), std::move(extra)};
}

tl::expected<LegacyMessage, LegacyRefusal> parse_legacy_message(std::string_view text,
                                                                core::Bytes max_signal) {
  auto object = core::parse_json_object(text);
  if (!object) return tl::unexpected(LegacyRefusal{core::Error(CommonError::invalid_json)});
  auto about = outline(*object, core::Error(SignalingError::unknown_event));
  const auto read = reader_of(about.type);
  if (read == nullptr) return tl::unexpected(std::move(about));
  if (core::is_deeper(*object, kMaxNesting)) {
    about.error = core::Error(CommonError::too_large, "levels of JSON");
    return tl::unexpected(std::move(about));
  }
  if (is_signal(about.type) && text.size() > max_signal.count) {
    about.error = core::Error(CommonError::too_large, "signal");
    return tl::unexpected(std::move(about));
  }
  Reader reader(*object);
  auto message = read(reader, *object);
  if (!reader.failure()) return message;
  about.error = *reader.failure();
  return tl::unexpected(std::move(about));
}

std::string legacy_auth_response(std::string_view peer_id, std::string_view account) {
  return core::serialize_json(json::object{
      {"type", "auth_response"}, {"success", true}, {"peer_id", peer_id}, {"account_id", account}});
}

std::string legacy_auth_failure(const core::Error& error, json::object extra) {
  json::object body{
      {"type", "auth_response"}, {"success", false}, {"error", error.message()}, {"code", error.code()}};
  for (auto& [name, value] : extra) body[name] = std::move(value);
  return core::serialize_json(body);
}

std::string legacy_registered(std::string_view peer_id) {
  return core::serialize_json(json::object{{"type", "registered"}, {"peer_id", peer_id}});
}

std::string legacy_peer_list(json::array peers) {
  return core::serialize_json(json::object{{"type", "peer_list"}, {"peers", std::move(peers)}});
}

std::string legacy_heartbeat_answer(std::int64_t time_ms) {
  return core::serialize_json(json::object{{"type", "heartbeat_ack"}, {"timestamp", time_ms}});
}

std::string legacy_error(const LegacyRefusal& refusal, json::object extra) {
  json::object body{{"type", "error"},
                    {"code", refusal.error.code()},
                    {"message", refusal.error.message()},
                    {"error", refusal.error.message()}};
  if (!refusal.type.empty()) body["event"] = refusal.type;
  if (!refusal.request_id.is_null()) body["request_id"] = refusal.request_id;
  for (auto& [name, value] : extra) body[name] = std::move(value);
  return core::serialize_json(body);
}

std::string legacy_peer_request(std::string_view from_peer_id, const LegacyRequestId& request_id,
                                json::object data) {
  return core::serialize_json(json::object{{"type", "peer_request"},
                                           {"from_peer_id", from_peer_id},
                                           {"request_id", request_id},
                                           {"data", std::move(data)}});
}

std::string legacy_response(std::string_view from_peer_id, const LegacyRequestId& request_id,
                            LegacyAnswer answer) {
  json::object body{{"type", response_type(answer.kind)},
                    {"from_peer_id", from_peer_id},
                    {"request_id", request_id},
                    {"success", answer.success}};
  if (answer.success) {
    body["data"] = std::move(answer.data);
  } else {
    body["error"] = answer.error;
    if (!answer.error_code.empty()) body["code"] = answer.error_code;
    for (auto& [name, value] : answer.extra) body[name] = std::move(value);
  }
  return core::serialize_json(body);
}

std::string legacy_signal(std::string_view from_peer_id, LegacySignal signal) {
  signal.message.erase("to_peer_id");
  signal.message["from_peer_id"] = from_peer_id;
  return core::serialize_json(signal.message);
}

}  // namespace pantheon::signaling
