#pragma once

#include "session/exchange.hpp"

namespace pantheon::session {

/// What the handler answers; `internal` when it throws, so that whoever asked does not wait for nothing.
/// Being cancelled is passed on as Asio's exception.
asio::awaitable<core::Result<core::json::value>> ask_handler(JsonRequestHandler handler, std::string type,
                                                             core::json::value data, PeerIdentity peer);

}  // namespace pantheon::session
