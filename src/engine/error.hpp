#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::engine {

/// What goes wrong between Pantheon and a model engine.
enum class EngineError {
  address_invalid,  ///< `--engine URL` or OLLAMA_HOST cannot be read
  unavailable,      ///< nothing answers, or the connection ends before an answer begins
  failed,           ///< the connection breaks while the answer is under way
  timeout,          ///< the engine took the request and does not answer in time
  bad_answer,       ///< an answer that is not what the engine's API promises
  unrecognised,     ///< something answers, but it is no engine we know
  is_gateway,       ///< the answer carries our own mark: adopting it would make a loop
  request_invalid,  ///< HTTP cannot carry what was to be asked
  wants_key,        ///< it answers 401 or 403: without an API key, or with a wrong one
};
const core::ErrorRow& row(EngineError code);
std::span<const core::ErrorRow> engine_error_rows();

}  // namespace pantheon::engine
