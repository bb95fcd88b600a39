#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.hpp"

namespace pantheon::engine {

/// One model of one engine. What the engine does not say is empty or 0.
struct Model {
  std::string id;    ///< unique in the catalogue; what clients ask for
  std::string name;  ///< for people
  std::string engine_id;
  std::string engine_name;  ///< what the engine itself calls the model
  core::Bytes size;
  std::string parameters;     ///< as engines write it: "270M", "8.0B"
  std::string quantisation;   ///< "Q4_K_M"
  std::uint64_t context = 0;  ///< tokens
  std::string family;
  std::vector<std::string>
      capabilities;  ///< of "completion", "embedding", "vision", "tools", "thinking", ...
  bool loaded = false;
  bool remote = false;      ///< the engine runs it on someone else's computers (Ollama's cloud models)
  bool stale = false;       ///< its engine does not answer at the moment
  std::string digest;       ///< Ollama's, hexadecimal
  std::string modified_at;  ///< Ollama's, RFC 3339
  bool operator==(const Model&) const = default;
};

}  // namespace pantheon::engine
