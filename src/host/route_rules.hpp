#pragma once

#include <string>
#include <string_view>

#include "core/json.hpp"
#include "engine/engine.hpp"
#include "session/exchange.hpp"

namespace pantheon::host {

/// What a host does with a request.
enum class Action {
  catalogue,      ///< GET /pantheon/catalogue
  openai_models,  ///< GET /v1/models, and one model below it
  ollama_tags,
  ollama_ps,
  ollama_version,
  ollama_show,
  forward,  ///< to the engine that has the model
  manage,   ///< pull, push, create, copy, delete: only with the owner's leave
};

struct Route {
  Action action = Action::forward;
  engine::Dialect dialect = engine::Dialect::openai;
  std::string path;      ///< decoded, without query: what an engine is asked
  std::string argument;  ///< the id behind /v1/models/
};

/// Matches method and request target (RFC 9112, section 3.2) against the list of routes, after one percent
/// decoding, in origin form only. Queries are dropped. `route_not_found` or `host_method_not_allowed`. Pure.
core::Result<Route> match_route(std::string_view method, std::string_view target);

/// The dialect a target is written in, for the form of an error's body; OpenAI where it is none of the three.
engine::Dialect dialect_of(std::string_view target);

/// Header fields of a request that an engine may see: content type, accept, and the version headers of the
/// APIs.
session::HeaderList forwarded_request_headers(const session::HeaderList& headers);
/// Header fields of an engine's answer that a peer may see. Names come out in lower case.
session::HeaderList forwarded_response_headers(const session::HeaderList& headers);

/// The part of Ollama's `/api/show` answer that is nobody's secret: system prompt, modelfile, example
/// messages and file paths are left out.
core::json::object shown_model(core::json::object answer);

/// More than two hops, or this device among them: the request runs in a circle (`loop_detected`).
core::Result<void> check_hops(const std::vector<std::string>& hops, std::string_view own_device_id);

}  // namespace pantheon::host
