#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

#include "engineio/polling_transport.hpp"

namespace pantheon::engineio {

/// Talks to a client over the transport it wants to go over to (ping and pong with "probe", then `upgrade`),
/// while the session goes on over polling; polls that wait are let go meanwhile. False when the client did
/// not agree within the time.
asio::awaitable<bool> probe(std::shared_ptr<PollingTransport> polling, std::shared_ptr<Transport> candidate,
                            std::chrono::milliseconds timeout);

}  // namespace pantheon::engineio
