#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/clock.hpp"
#include "identity/pairing.hpp"

namespace pantheon::app {

/// The pairing link that is on the screen, and whether another one is due. It ends by the wall clock, as its
/// code does: other clocks stand still while the machine sleeps.
class ShownLink {
 public:
  void show(identity::PairingLink link, core::WallTime until) {
    link_ = std::move(link);
    until_ = until;
    used_ = false;
  }
  /// A device was paired by it.
  void use() { used_ = true; }
  /// Whatever its time, nobody may know it any more.
  void forget() { until_ = {}; }
  /// No longer shown: the link, if there was one that was not used.
  std::optional<identity::PairingLink> take() {
    auto link = std::exchange(link_, std::nullopt);
    if (used_) link.reset();
    return link;
  }
  /// `origin`: where the server is to be found now.
  bool is_due(const std::string& origin, core::WallTime now) const {
    return !link_ || used_ || now >= until_ || link_->origin != origin;
  }

 private:
  std::optional<identity::PairingLink> link_;
  core::WallTime until_{};
  bool used_ = false;
};

}  // namespace pantheon::app
