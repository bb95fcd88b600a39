#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "socketio/client.hpp"

namespace pantheon::session {

/// `{ ok: true, ... }` of an acknowledgement, or its error, with the wait that it asks for.
core::Result<core::json::object> acknowledged(const core::Result<core::json::array>& ack);

/// Asks the signaling server for something that it acknowledges with `{ ok: true, ... }`, until it does:
/// again when it has too much to do, after the time it names, or gives no answer, later and later. Ends with
/// an error when it does not know the event, or `wanted` says no; that is asked before each attempt, and
/// `arguments` for what to say then. The client must outlive it.
boost::asio::awaitable<core::Result<core::json::object>> insist(
    socketio::Client& signaling, std::string event, std::function<bool()> wanted,
    std::function<core::json::array()> arguments = nullptr);

}  // namespace pantheon::session
