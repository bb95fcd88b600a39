#pragma once

#include "core/json_depth.hpp"

namespace pantheon::signaling {

/// Levels of JSON in what is taken from a client, the array of an event counted. Whoever it is passed on to
/// reads as many as parse_json: the others are for what is put around it, in lists of peers, in requests of
/// generation 1, and between nodes.
constexpr std::size_t kMaxNesting = core::kMaxJsonDepth - 8;

}  // namespace pantheon::signaling
