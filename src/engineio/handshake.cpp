#include "engineio/handshake.hpp"

#include <array>

#include "core/json.hpp"
#include "core/json_text.hpp"
#include "http/url.hpp"

namespace pantheon::engineio {
namespace {

namespace json = core::json;

constexpr std::size_t kUsualOpening = 128;

// The numbers of the official server, in their order.
constexpr std::array kNumbered{
    EngineioError::transport_unknown, EngineioError::session_unknown, EngineioError::bad_handshake_method,
    EngineioError::bad_handshake,     EngineioError::forbidden,       EngineioError::unsupported_protocol};
constexpr std::int64_t kLongestTime = 24LL * 3600 * 1000;

}  // namespace

std::string encode_opening(const Opening& opening) {
  std::string upgrades = "[";
  for (const auto& name : opening.upgrades) {
    if (upgrades.size() > 1) upgrades.push_back(',');
    core::append_json_string(upgrades, name);
  }
  upgrades.push_back(']');
  std::string text = "{";
  text.reserve(kUsualOpening);
  core::append_json_member(text, "sid", opening.sid);
  core::append_raw_json_member(text, "upgrades", upgrades);
  core::append_raw_json_member(text, "pingInterval", std::to_string(opening.ping_interval.count()));
  core::append_raw_json_member(text, "pingTimeout", std::to_string(opening.ping_timeout.count()));
  core::append_raw_json_member(text, "maxPayload", std::to_string(opening.max_payload.count));
  text.push_back('}');
  return text;
}

core::Result<Opening> decode_opening(std::string_view text) {
  const auto object = core::parse_json_object(text);
  if (!object) return core::failure(EngineioError::bad_open_packet);
  const auto sid = core::get_string(*object, "sid");
  const auto interval = core::get_integer(*object, "pingInterval");
  const auto timeout = core::get_integer(*object, "pingTimeout");
  if (!sid || sid->empty() || !interval || !timeout || *interval <= 0 || *timeout <= 0 ||
      *interval > kLongestTime || *timeout > kLongestTime) {
    return core::failure(EngineioError::bad_open_packet);
  }
  Opening opening;
  opening.sid = std::string(*sid);
  opening.ping_interval = std::chrono::milliseconds(*interval);
  opening.ping_timeout = std::chrono::milliseconds(*timeout);
  opening.max_payload.count = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, core::get_integer(*object, "maxPayload").value_or(0)));
  if (const auto* upgrades = core::get_array(*object, "upgrades"); upgrades != nullptr) {
    for (const auto& name : *upgrades) {
      if (name.is_string()) opening.upgrades.emplace_back(name.get_string());
    }
  }
  return opening;
}

core::Result<HandshakeQuery> check_handshake(std::string_view method, std::string_view query,
                                             bool is_upgrade) {
  HandshakeQuery asked;
  asked.transport = http::query_parameter(query, "transport").value_or("");
  asked.sid = http::query_parameter(query, "sid").value_or("");
  const bool websocket = asked.transport == "websocket";
  if (!websocket && asked.transport != "polling") return core::failure(EngineioError::transport_unknown);
  const bool ours = http::query_parameter(query, "EIO") == "4";
  if (!asked.sid.empty()) {
    asked.speaks_our_protocol = ours;
    return asked;
  }
  if (method != "GET") return core::failure(EngineioError::bad_handshake_method);
  if (websocket != is_upgrade) return core::failure(EngineioError::bad_handshake);
  if (!ours) return core::failure(EngineioError::unsupported_protocol);
  return asked;
}

http::Response handshake_error(const core::Error& error) {
  int code = 3;
  for (std::size_t i = 0; i < kNumbered.size(); ++i) {
    if (error.is(kNumbered[i])) code = static_cast<int>(i);
  }
  const auto& entry = row(kNumbered.at(static_cast<std::size_t>(code)));
  return http::json_response(entry.http_status,
                             core::serialize_json(json::object{{"code", code}, {"message", entry.advice}}));
}

}  // namespace pantheon::engineio
