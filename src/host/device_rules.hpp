#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/catalogue.hpp"
#include "host/fair_order.hpp"
#include "session/exchange.hpp"

namespace pantheon::host {

/// What the owner allows one device. Holds for a key proven on the link, never for a device id that is only
/// said.
struct DeviceRule {
  std::optional<std::set<std::string>> models;  ///< absent: all that are shared
  bool management = false;                      ///< pull, push, create, delete, copy; and no caps
};

/// What the owner shares, and with whom.
struct SharingRules {
  std::optional<std::set<std::string>> shared_models;  ///< absent: every model of the catalogue
  std::map<std::string, DeviceRule> devices;           ///< by device id; others have the default rule
  double max_context_tokens = 131'072;                 ///< cap of `options.num_ctx`
  double max_gpu_layers = 999;                         ///< cap of `options.num_gpu`
};

/// Whether the owner shares the model, which a name may mean without its engine, or without `:latest`.
bool is_shared(const SharingRules& sharing, const engine::Model& model);

/// The rules as they apply to one peer. A value.
class PeerRules {
 public:
  PeerRules(const SharingRules& sharing, const session::PeerIdentity& peer);
  bool may_use(const engine::Model& model) const;
  bool may_manage() const { return rule_.management; }
  /// In whose turn the peer's requests stand: its own if it is proven, else that of all unproven peers.
  const std::string& lane() const { return lane_; }
  FairOrder::LaneLimits lane_limits() const;

 private:
  std::optional<std::set<std::string>> shared_models_;
  DeviceRule rule_;
  std::string lane_;
  bool proven_ = false;
};

}  // namespace pantheon::host
