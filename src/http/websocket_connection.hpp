#pragma once

#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "http/stream.hpp"
#include "http/websocket.hpp"
#include "http/websocket_frame.hpp"

namespace pantheon::http {

/// A WebSocket on a stream whose handshake is done. `early` are bytes that were read behind the handshake;
/// `unsent` those that are yet to be sent before anything else: at the first message, or before it waits for
/// one.
std::unique_ptr<WebSocket> make_websocket(std::unique_ptr<Stream> stream, WebSocketRole role,
                                          core::Bytes max_message, std::string early,
                                          std::string unsent = {});

}  // namespace pantheon::http
