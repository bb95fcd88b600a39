#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

#include "core/task_group.hpp"
#include "engineio/polling_transport.hpp"

namespace pantheon::engineio {

/// Talks to a client over the transport it wants to go over to (ping and pong with "probe", then `upgrade`),
/// while the session goes on over polling; polls that wait are let go meanwhile. False when the client did
/// not agree within the time, after which `tasks` end the candidate.
asio::awaitable<bool> probe(std::shared_ptr<PollingTransport> polling, std::shared_ptr<Transport> candidate,
                            std::chrono::milliseconds timeout, std::shared_ptr<core::TaskGroup> tasks);

}  // namespace pantheon::engineio
