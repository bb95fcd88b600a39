#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "http/url.hpp"

namespace pantheon::engine {

/// What an engine is, by what it answered.
enum class EngineKind { ollama, lm_studio, llama_server, openai_compatible };

/// The API a request or an answer is written in.
enum class Dialect { openai, ollama, anthropic };

/// `ollama`, `lm-studio`, `llama-server`, `openai-compatible`: names on the wire.
std::string_view wire_name(EngineKind kind);
/// The same for people: "Ollama", "LM Studio", "llama-server", "OpenAI-compatible engine".
std::string_view display_name(EngineKind kind);
std::string_view wire_name(Dialect dialect);

/// Whether an engine of this kind understands requests of this dialect.
bool speaks(EngineKind kind, Dialect dialect);

/// Where an engine may be, before anything has been asked of it.
struct EngineAddress {
  http::Url base;         ///< its target is a path prefix without the `/v1`, "" at the root
  std::string api_key;    ///< sent as a bearer token; empty for none; never logged
  bool approved = false;  ///< named by the owner: shared whatever kind it turns out to be
  std::string text() const { return base.origin() + base.target; }
};

/// One engine as it was last seen. A value: copy freely.
struct EngineInfo {
  std::string id;  ///< unique on this host, stable while it runs: "ollama", "llama-server", "ollama-2"
  EngineKind kind = EngineKind::openai_compatible;
  std::string name;     ///< for people
  std::string version;  ///< as it says itself, or empty
  EngineAddress address;
  unsigned parallel = 1;  ///< requests it serves at the same time
  bool up = false;        ///< answered when it was last asked
  bool shared = false;    ///< recognised, or approved by the owner
  bool unrecognised =
      false;               ///< something answers there, but no engine that can be shared; then it is not up
  bool wants_key = false;  ///< it asks for an API key, or another one; then it is not up
  bool operator==(const EngineInfo& other) const;
};

}  // namespace pantheon::engine
