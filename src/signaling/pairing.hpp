#pragma once

#include "http/message.hpp"
#include "signaling/event_router.hpp"
#include "signaling/pairing_codes.hpp"
#include "signaling/rooms.hpp"
#include "signaling/tokens.hpp"
#include "store/device_store.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// Pairing codes of a server of several nodes: each open code is held by one of them, and only that one asks
/// the voucher. Codes are used up once, whatever happens to the nodes.
class SharedCodes {
 public:
  virtual ~SharedCodes() = default;
  /// This node holds the code from now on; nothing when another device has it open. When the code ends: as it
  /// was first opened, on whatever node.
  virtual std::optional<core::WallTime> hold(const identity::PairingCode& code, const OpenCode& open) = 0;
  /// True once, and only on the node that holds the code.
  virtual bool burn(const identity::PairingCode& code) = 0;
  virtual void close(const identity::PairingCode& code, const std::string& account) = 0;
  virtual void close_device(const std::string& account, const std::string& device_id) = 0;
  /// The answer of the node that holds the code; nothing when that is this one, or none.
  virtual boost::asio::awaitable<std::optional<http::Response>> redeem_elsewhere(identity::PairingCode code,
                                                                                 core::json::object body) = 0;
};

/// Brings a newcomer and a vouching device together (docs/signaling-protocol.md, "Pairing"): `pairing-open`,
/// `pairing-close`, `POST /v1/pairing/redeem`, `pairing-request`. It never sees the secret of the link and
/// cannot make the MACs it passes on.
class Pairing {
 public:
  Pairing(store::DeviceStore& store, Tokens& tokens, Rooms& rooms, const Options& options);
  /// Call before the first socket arrives; must outlive this. Null: there are no other nodes.
  void share(SharedCodes* codes) { shared_ = codes; }
  void add_to(EventRouter& router);
  void add_to(http::Server& server);
  /// Redeems a code that this node holds, for a newcomer that asked another node.
  boost::asio::awaitable<http::Response> redeem_here(core::json::object body);

  /// Closes the codes of a device that was revoked.
  void forget_device(const std::string& account, const std::string& device_id) {
    codes_.close_device(account, device_id);
    if (shared_ != nullptr) shared_->close_device(account, device_id);
  }

 private:
  struct Voucher;
  class Taken;
  EventResult open(const MemberPointer& member, const socketio::Event& event);
  boost::asio::awaitable<http::Response> redeem(http::Request request);
  boost::asio::awaitable<core::Result<core::json::object>> pair(core::json::object body);
  MemberPointer find_voucher(const OpenCode& code) const;
  core::Result<core::json::object> finish(const Taken& taken, const identity::PairingRequest& request,
                                          const MemberPointer& voucher, const core::json::object& answer);
  core::Result<void> check_room(const std::string& account, const std::string& device_id);
  core::Result<store::DeviceRow> store_newcomer(const std::string& account,
                                                const identity::PairingRequest& request,
                                                const identity::Statement& statement);
  store::DeviceStore* store_;
  Tokens* tokens_;
  Rooms* rooms_;
  Limits limits_;
  core::WallClock clock_;
  std::chrono::seconds answer_timeout_;
  bool keep_devices_;
  PairingCodes codes_;
  Proxies proxies_;
  SharedCodes* shared_ = nullptr;
  std::shared_ptr<AddressLimiter> by_address_;
  std::shared_ptr<AddressLimiter> of_all_;
};

}  // namespace pantheon::signaling
