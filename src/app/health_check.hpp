#pragma once

#include "app/signaling_server.hpp"

namespace pantheon::app {

/// Asks the signaling server that runs on this machine with these options for /health.
/// `signaling_unreachable` when it does not answer with 200 within some seconds. Runs an event loop of its
/// own until then.
core::Result<void> check_health(const SignalingServerOptions& options);

}  // namespace pantheon::app
