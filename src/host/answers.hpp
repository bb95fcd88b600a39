#pragma once

#include <string>
#include <vector>

#include "core/json.hpp"
#include "engine/catalogue.hpp"
#include "session/exchange.hpp"

namespace pantheon::host {

/// What a host answers by itself, from its catalogue. All pure.

/// Name and platform of this host, for people.
struct HostIdentity {
  std::string device_id;
  std::string name;
  std::string platform;  ///< "linux", "darwin", "win32"
};

using ModelRefs = std::vector<const engine::Model*>;

/// `GET /pantheon/catalogue` and the `catalogue` push (docs/link-protocol.md, section 9).
core::json::object catalogue_answer(const HostIdentity& host, const engine::Snapshot& snapshot,
                                    const ModelRefs& models);
/// OpenAI's `GET /v1/models`, and one entry of it.
core::json::object openai_models_answer(const ModelRefs& models);
core::json::object openai_model(const engine::Model& model);
/// Ollama's `GET /api/tags` and `GET /api/ps`.
core::json::object ollama_tags_answer(const ModelRefs& models);
core::json::object ollama_ps_answer(const ModelRefs& models);
/// Ollama's `GET /api/version`: that of the Ollama here, else the version of the API that is answered.
core::json::object ollama_version_answer(const engine::Snapshot& snapshot);
/// Ollama's `POST /api/show` for a model of another engine.
core::json::object ollama_show_answer(const engine::Model& model);
/// `get_models` of the older JSON messages, and what is announced to older clients: `{ name, displayName,
/// provider }` and more.
core::json::array legacy_models(const engine::Snapshot& snapshot, const ModelRefs& models);

/// An error in the form of the dialect that was asked, with our code in it.
std::string error_body(engine::Dialect dialect, const core::Error& error);

}  // namespace pantheon::host
