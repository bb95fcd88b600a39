#pragma once

#include <span>

#include "signaling/options.hpp"

namespace pantheon::app {

/// The web app's files, held in the binary; empty when it was built without them. Safe from any thread.
std::span<const signaling::Asset> web_assets();

}  // namespace pantheon::app
