#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "engineio/error.hpp"
#include "http/message.hpp"

namespace pantheon::engineio {

/// What the server tells the client in the `open` packet.
struct Opening {
  std::string sid;
  std::vector<std::string> upgrades;
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  core::Bytes max_payload{1'000'000};
};
/// The JSON document of the packet's data.
std::string encode_opening(const Opening& opening);
/// `bad_open_packet` for anything that is not what a server sends, or whose times are not positive.
core::Result<Opening> decode_opening(std::string_view json);

/// What a request asks for.
struct HandshakeQuery {
  std::string transport;
  std::string sid;                  ///< empty: a new session
  bool speaks_our_protocol = true;  ///< only asked of requests with a `sid`; false is `bad_handshake`
};
/// Checks the query of a request as the official server does, in its order, as far as that needs no sessions.
/// `is_upgrade`: it asks for a WebSocket. `transport_unknown`, `bad_handshake_method`, `bad_handshake`,
/// `unsupported_protocol`.
core::Result<HandshakeQuery> check_handshake(std::string_view method, std::string_view query,
                                             bool is_upgrade);

/// `{"code":0,"message":"Transport unknown"}` with the status, codes and texts of the official server.
http::Response handshake_error(const core::Error& error);

}  // namespace pantheon::engineio
