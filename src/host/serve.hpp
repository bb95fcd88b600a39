#pragma once

#include "host/host_state.hpp"

namespace pantheon::host {

/// Serves one exchange over a link from its first byte to its last. Errors go to the peer in the form of its
/// dialect; nothing is thrown but the cancellation of the coroutine.
asio::awaitable<void> serve_exchange(HostStatePtr state, std::shared_ptr<session::Exchange> exchange);

/// Answers one message of the older JSON protocol.
asio::awaitable<core::Result<core::json::value>> serve_message(HostStatePtr state, std::string type,
                                                               core::json::value data,
                                                               session::PeerIdentity peer);

}  // namespace pantheon::host
