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

/// Brings a newcomer and a vouching device together (docs/signaling-protocol.md, "Pairing"): `pairing-open`,
/// `pairing-close`, `POST /v1/pairing/redeem`, `pairing-request`. It never sees the secret of the link and
/// cannot make the MACs it passes on.
class Pairing {
 public:
  Pairing(store::DeviceStore& store, Tokens& tokens, Rooms& rooms, const Options& options);
  void add_to(EventRouter& router);
  void add_to(http::Server& server);

  /// Closes the codes of a device that was revoked.
  void forget_device(const std::string& account, const std::string& device_id) {
    codes_.close_device(account, device_id);
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
  core::Result<store::DeviceRow> store_newcomer(const std::string& account,
                                                const identity::PairingRequest& request,
                                                const identity::Statement& statement);
  store::DeviceStore* store_;
  Tokens* tokens_;
  Rooms* rooms_;
  Limits limits_;
  core::WallClock clock_;
  std::chrono::seconds answer_timeout_;
  PairingCodes codes_;
  Proxies proxies_;
  AddressLimiter by_address_;
  Rate rate_of_all_;
  TokenBucket all_;
};

}  // namespace pantheon::signaling
