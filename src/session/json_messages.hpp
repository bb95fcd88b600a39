#pragma once

#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace pantheon::session {

/// A request of the older JSON protocol, as deployed clients send it over the peer channel.
struct JsonRequest {
  std::string type;        ///< `get_models`, `chat`, `ping`, or one we do not know
  std::string request_id;  ///< chosen by the asker, echoed in the answer
  core::json::value data;
};

/// The largest request that is read.
inline constexpr core::Bytes kLargestJsonMessage = core::Bytes{4U * 1024U * 1024U};

/// Parses `{ type, requestId, data }`; `bad_json_message` for anything else. A requestId may be a string or a
/// number.
core::Result<JsonRequest> parse_json_request(std::string_view text);

/// `{ type: "response", requestId, data }`
std::string json_response_message(std::string_view request_id, const core::json::value& data);
/// `{ type: "error", requestId, error, code }`; `code` is extra, older clients show `error`.
std::string json_error_message(std::string_view request_id, const core::Error& error);
/// `{ type: "models_available", models }`
std::string json_models_message(const core::json::array& models);

}  // namespace pantheon::session
