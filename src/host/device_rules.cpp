#include "host/device_rules.hpp"

#include "engine/naming.hpp"

namespace pantheon::host {
namespace {

constexpr std::size_t kUnprovenWaiting = 8;

bool allowed(const std::optional<std::set<std::string>>& list, const engine::Model& model) {
  if (!list || list->contains(model.id)) return true;
  constexpr std::string_view kLatest = ":latest";
  auto name = engine::public_name(model.engine_name);
  if (list->contains(name)) return true;
  if (!name.ends_with(kLatest)) return false;
  name.resize(name.size() - kLatest.size());
  return list->contains(name);
}

}  // namespace

bool is_shared(const SharingRules& sharing, const engine::Model& model) {
  return allowed(sharing.shared_models, model);
}

PeerRules::PeerRules(const SharingRules& sharing, const session::PeerIdentity& peer)
    : shared_models_(sharing.shared_models), proven_(peer.proven) {
  // Unproven peers could make up a device id for every request, so they share one lane.
  lane_ = proven_ ? "device " + peer.device_id : "unproven";
  if (!proven_) return;
  const auto rule = sharing.devices.find(peer.device_id);
  if (rule != sharing.devices.end()) rule_ = rule->second;
}

bool PeerRules::may_use(const engine::Model& model) const {
  return allowed(shared_models_, model) && allowed(rule_.models, model);
}

FairOrder::LaneLimits PeerRules::lane_limits() const {
  if (proven_) return {};
  return {.running = 1, .waiting = kUnprovenWaiting};
}

}  // namespace pantheon::host
