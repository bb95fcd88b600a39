#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"

namespace pantheon::engine {

constexpr std::uint16_t kOllamaPort = 11434;
constexpr std::uint16_t kLmStudioPort = 1234;
constexpr std::uint16_t kLlamaServerPort = 8080;

/// Where Ollama listens, by the rules of Ollama's own `envconfig.Host` for OLLAMA_HOST: quotes and spaces are
/// trimmed, scheme, host, port and path are optional, a bad port means the default. An address that means
/// "every interface" (0.0.0.0, [::], no host) is reached at loopback. Pure; an unusable value is
/// `engine_address_invalid`.
core::Result<EngineAddress> ollama_address(std::string_view ollama_host);

/// An address given by the owner (`--engine URL`): http or https; without a scheme http is meant; a trailing
/// `/v1` or `/` is dropped; `engine_address_invalid` otherwise. Approved by being named.
core::Result<EngineAddress> engine_address(std::string_view text);

struct CandidateOptions {
  std::string ollama_host;           ///< value of OLLAMA_HOST, empty when it is not set
  std::vector<std::string> engines;  ///< `--engine URL`, any number
  bool search = true;                ///< also look at the usual local ports
  std::string api_key = {};          ///< for `engines`, none of the others
  std::string own = {};              ///< base URL of an engine that we run ourselves; empty for none
};

/// Every address worth asking, the owner's first, each once: its order is the order of the catalogue.
core::Result<std::vector<EngineAddress>> candidate_addresses(const CandidateOptions& options);

}  // namespace pantheon::engine
