#pragma once

#include <functional>
#include <map>
#include <string>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "identity/key_book.hpp"
#include "identity/pairing.hpp"

namespace pantheon::session {

/// The vouching side of pairing (docs/signaling-protocol.md, "Pairing"): holds the secrets of open links,
/// checks a newcomer's MAC, pins its key and vouches for it. No I/O. Use from one thread.
class PairingVoucher {
 public:
  static constexpr std::size_t kMostOpen = 8;
  static constexpr std::chrono::minutes kLifetime{10};

  struct Newcomer {
    std::string device_id;
    std::string name;
    std::string platform;
  };

  /// References must stay valid; `on_paired` is called after a key was pinned, before the answer is sent.
  PairingVoucher(const identity::DeviceKey& key, std::string device_id, std::string name,
                 identity::KeyBook& book, std::function<void(const Newcomer&)> on_paired);

  /// A fresh link; the oldest open one is dropped beyond kMostOpen.
  identity::PairingLink open(std::string origin, core::WallTime now);
  /// Forgets a link: its secret is of no use any more.
  void close(const identity::PairingCode& code);
  /// The account is known once the server told it.
  void set_account(std::string account) { account_ = std::move(account); }

  /// Answers a `pairing-request` with the object of its ack: `{ ok: true, statement, voucher, mac }`, or
  /// `{ ok: false, code, message }`.
  core::json::object answer(const core::json::object& request, core::WallTime now);

 private:
  struct Open {
    identity::PairingSecret secret;
    core::WallTime until;
  };
  bool may_pin(const identity::PairingRequest& request) const;
  core::Result<core::json::object> vouch(const core::json::object& request, core::WallTime now);

  const identity::DeviceKey& key_;
  std::string device_id_;
  std::string name_;
  identity::KeyBook& book_;
  std::function<void(const Newcomer&)> on_paired_;
  std::string account_;
  std::map<std::string, Open> open_;  ///< by the code's text
};

}  // namespace pantheon::session
