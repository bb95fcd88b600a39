#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace pantheon::signaling {

/// Longest text of a member that has no limit of its own, and of what a peer says went wrong, in bytes.
inline constexpr std::size_t kMaxLegacyText = 128;
inline constexpr std::size_t kMaxLegacyError = 1024;
/// What a member says it can do, as JSON, in bytes: room for a list of some hundred models.
inline constexpr std::size_t kMaxLegacyCapabilities = 16 * 1024;

/// `auth`: who connects. Either credential; the account comes from it alone.
struct LegacyAuth {
  std::string token;
  std::string auth_key;
  std::string peer_id;  ///< as the client calls itself; may be empty
};

/// `register`: what the client says of itself, as far as it can be used. Its addresses are not looked at:
/// nobody needs them.
struct LegacyRegister {
  std::string platform;
  core::json::value capabilities;  ///< whatever it is, at most kMaxLegacyCapabilities as text
};

struct LegacyGetPeers {};
struct LegacyHeartbeat {};

/// A request's name, chosen by the asker: a text of 1 to 256 bytes, or an integer. Echoed as it came.
using LegacyRequestId = core::json::value;

/// `peer_request`: something another peer is asked.
struct LegacyRequest {
  std::string to_peer_id;
  LegacyRequestId request_id;
  core::json::object data;  ///< `{type: "get_models"}`, or a chat request
};

/// `get_models` is answered by `models_response`, everything else by `chat_response`.
enum class LegacyAnswerKind { models, chat };
LegacyAnswerKind answer_kind(const core::json::object& request_data);

/// What a request led to: `data`, or why there is none.
struct LegacyAnswer {
  LegacyAnswerKind kind = LegacyAnswerKind::chat;
  bool success = false;
  core::json::value data;
  std::string error;              ///< for people; of the host, or of this server
  std::string error_code;         ///< empty when the host named none
  core::json::object extra = {};  ///< more about a failure: `retryAfterMs`
};
LegacyAnswer failed_answer(LegacyAnswerKind kind, const core::Error& error, core::json::object extra = {});

/// `peer_response` or `models_response`: a host's answer.
struct LegacyResponse {
  std::string to_peer_id;
  LegacyRequestId request_id;
  LegacyAnswer answer;
};

/// `offer`, `answer` or `ice_candidate`: passed on as it is, from whom instead of to whom.
struct LegacySignal {
  std::string to_peer_id;
  core::json::object message;
};

using LegacyMessage = std::variant<LegacyAuth, LegacyRegister, LegacyGetPeers, LegacyHeartbeat, LegacyRequest,
                                   LegacyResponse, LegacySignal>;

/// Why a message makes no sense, and what of it could be read, so that its sender knows which it was.
struct LegacyRefusal {
  core::Error error;
  std::string type = {};
  LegacyRequestId request_id = nullptr;
  LegacyAnswerKind kind = LegacyAnswerKind::chat;
  std::string asker = {};  ///< who waits for the answer that the message was meant to be
};

/// One message of a generation-1 client (docs/signaling-protocol.md, "Generation 1"). `invalid_json`,
/// `invalid_argument` (the detail names the member), `too_large`, `unknown_event`. Never throws.
tl::expected<LegacyMessage, LegacyRefusal> parse_legacy_message(std::string_view text,
                                                                core::Bytes max_signal);

/// Answers to a client.
std::string legacy_auth_response(std::string_view peer_id, std::string_view account);
std::string legacy_auth_failure(const core::Error& error, core::json::object extra = {});
std::string legacy_registered(std::string_view peer_id);
std::string legacy_peer_list(core::json::array peers);
std::string legacy_heartbeat_answer(std::int64_t time_ms);
/// `error`, with the type and the request_id of the message it is about where they are known.
std::string legacy_error(const LegacyRefusal& refusal, core::json::object extra = {});

/// What is passed on: a request to its host, an answer to its asker, a signal to its peer.
std::string legacy_peer_request(std::string_view from_peer_id, const LegacyRequestId& request_id,
                                core::json::object data);
std::string legacy_response(std::string_view from_peer_id, const LegacyRequestId& request_id,
                            LegacyAnswer answer);
std::string legacy_signal(std::string_view from_peer_id, LegacySignal signal);

}  // namespace pantheon::signaling
