#pragma once

#include "host/host_state.hpp"
#include "host/route_rules.hpp"

namespace pantheon::host {

/// A model and the engine that has it, kept alive together.
struct ModelChoice {
  engine::SnapshotPtr snapshot;
  const engine::Model* model = nullptr;
  const engine::EngineInfo* engine = nullptr;
};

/// Finds a model by the name a peer used: `model_not_found` when it does not exist or is not for this peer,
/// the two being the same to it.
asio::awaitable<core::Result<ModelChoice>> choose_model(HostStatePtr state, std::string name,
                                                        PeerRules rules);

/// Whether the model's engine understands the dialect; `dialect_unsupported` names the one that it does.
core::Result<void> check_dialect(const ModelChoice& choice, engine::Dialect dialect);

/// Changes to a body before an engine sees it: the engine's own name of the model; without the owner's leave
/// also no `keep_alive`, and `num_ctx` and `num_gpu` within the caps.
std::vector<BodyEdit> edits_for(const ScannedBody& scanned, const ModelChoice& choice,
                                const SharingRules& sharing, const Route& route, bool may_manage);

/// Waits for its turn, asks the engine and passes its answer on, byte by byte as it comes. An error means
/// that no head was sent yet; later ones reach the peer as a reset of its stream.
asio::awaitable<core::Result<void>> forward_request(HostStatePtr state,
                                                    std::shared_ptr<session::Exchange> exchange, Route route,
                                                    PeerRules rules);

/// Sends a management request to the Ollama of this host.
asio::awaitable<core::Result<void>> forward_management(HostStatePtr state,
                                                       std::shared_ptr<session::Exchange> exchange,
                                                       Route route, PeerRules rules);

}  // namespace pantheon::host
