#pragma once

#include "auth/authenticator.hpp"
#include "auth/nonces.hpp"
#include "core/seldom.hpp"
#include "signaling/event_router.hpp"
#include "signaling/rooms.hpp"
#include "signaling/tokens.hpp"
#include "socketio/server.hpp"
#include "store/device_store.hpp"

namespace pantheon::signaling {

/// Who is let in, or why not and what else the client is told.
using Introduction = tl::expected<MemberPointer, EventFailure>;

/// What a client is told that is not let in. Clients of generation 2 that are older than `caps` know no
/// `retryAfterMs` and stay away for good after CONNECT_ERROR: for a reason that passes their connection ends
/// instead, some seconds later.
socketio::Refusal refusal_of(const socketio::Handshake& handshake, const core::Error& error,
                             core::json::object extra);

/// Turns the hello of a socket into a Member, or refuses it. The account comes from the verified token or key
/// alone.
class Admission {
 public:
  Admission(store::DeviceStore& store, const auth::Authenticator& authenticator, auth::Nonces& nonces,
            Tokens& tokens, Rooms& rooms, const Options& options);

  /// `auth_required`, `auth_invalid`, `auth_expired`, `proof_required`, `proof_invalid`, `device_revoked`,
  /// `key_changed`, `account_full`, `server_full`, `rate_limited` (with `retryAfterMs`), `invalid_argument`,
  /// `sign_in_unavailable`.
  /// The handshake must stay until this is done.
  boost::asio::awaitable<Introduction> admit(const socketio::Handshake& handshake);

  /// `auth-renew`: a new token for the same device on a live socket.
  boost::asio::awaitable<EventResult> renew(MemberPointer member, core::json::object payload);

 private:
  core::Result<void> check_space(const std::string& account);
  core::Result<MemberPointer> introduce(auth::Bearer bearer, const core::json::object& auth);
  core::Result<void> check_not_revoked(const Member& member);
  core::Result<void> check_renewal(const Member& member, const auth::Bearer& bearer,
                                   const core::json::object& payload);
  core::Result<void> prove_bound_key(Member& member, const core::json::object& auth);
  core::Result<void> prove_own_key(Member& member, const core::json::object& auth);
  core::Result<void> check_unproven(const Member& member);
  core::Result<void> verify_proof(const identity::PublicKey& key, const std::string& device_id,
                                  const core::json::object& auth);
  core::Result<void> check_id_is_free(const Member& member) const;
  core::Result<void> remember_device(const Member& member);
  void note_seen(const core::Result<void>& written);
  core::Result<void> check_key_made(const Member& member);
  store::DeviceStore* store_;
  const auth::Authenticator* authenticator_;
  auth::Nonces* nonces_;
  Tokens* tokens_;
  Rooms* rooms_;
  Limits limits_;
  core::WallClock clock_;
  bool keep_devices_;
  Proxies proxies_;
  std::shared_ptr<AddressLimiter> by_address_;
  std::shared_ptr<AddressLimiter> by_account_;
  core::Seldom told_unwritten_{std::chrono::minutes(1)};  ///< that something could not be written
  core::Seldom told_full_{std::chrono::minutes(1)};       ///< that the server is full
};

/// Statements of a device as JSON, as peers are given them.
core::json::array statements_of(store::DeviceStore& store, const std::string& account,
                                const std::string& device_id);
core::json::array statements_json(const std::vector<std::string>& texts);

}  // namespace pantheon::signaling
