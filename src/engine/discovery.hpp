#pragma once

#include <string>
#include <vector>

#include "engine/engine_client.hpp"
#include "engine/model.hpp"
#include "engine/parse.hpp"

namespace pantheon::engine {

/// What an engine said of itself and its models.
struct Listing {
  EngineKind kind = EngineKind::openai_compatible;
  std::string version;
  unsigned parallel = 1;  ///< requests at the same time, as the engine says or is known for
  std::vector<Model> models;
};

/// Finds out what answers at an address, by what it answers and never by its port, and lists its models.
/// `engine_unavailable` or `engine_timeout` when nothing does, or not now (status 429 or 502 to 504),
/// `engine_is_gateway` for an answer with our own mark, `engine_wants_key` (401 or 403),
/// `engine_unrecognised` when none of the known APIs is spoken there. An approved address that lists its
/// models as every engine does is one, whatever else fails there.
asio::awaitable<core::Result<Listing>> recognise(EngineClient& client, EngineAddress address);

/// Lists the models of an engine whose kind is known; `engine_bad_answer` when it no longer is of that kind.
asio::awaitable<core::Result<Listing>> list_models(EngineClient& client, EngineAddress address,
                                                   EngineKind kind);

/// An error that says something about the address as a whole, not about the one API that was tried.
bool is_final(const core::Error& error);

/// Ollama's own word on what one of its models can do.
asio::awaitable<core::Result<OllamaDetails>> ollama_details(EngineClient& client, EngineAddress address,
                                                            std::string model);

}  // namespace pantheon::engine
