#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <set>

#include "core/async_event.hpp"
#include "signaling/admission.hpp"
#include "signaling/client_counts.hpp"
#include "signaling/http_api.hpp"
#include "signaling/legacy_relay.hpp"
#include "signaling/metrics.hpp"
#include "signaling/presence.hpp"
#include "signaling/session_expiry.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

/// Serves clients of generation 1 beside everything else: JSON over raw WebSockets at any path that is nobody
/// else's, and `GET /api/v1/peers/:userId`. Once signed in they are members of their account as everyone is.
class LegacyServer {
 public:
  LegacyServer(boost::asio::any_io_executor executor, EventRouter& router, Rooms& rooms, Admission& admission,
               Presence& presence, SessionExpiry& expiry, LegacyRelay& relay, ClientCounts& counts,
               const HttpApi& api, const Options& options);

  void add_to(http::Server& server);
  /// Peers of other nodes are listed too; `prepare` is awaited before somebody signs in, `open` before an
  /// account is listed that may have nobody here. Call before the first socket arrives.
  using Prepare = std::function<boost::asio::awaitable<core::Result<void>>(MemberPointer member)>;
  using Open = std::function<boost::asio::awaitable<void>(std::string account)>;
  void list_elsewhere(const Directory& directory, Prepare prepare, Open open) {
    directory_ = &directory;
    prepare_ = std::move(prepare);
    open_ = std::move(open);
  }
  /// Where sign-ins are counted.
  void count_in(Metrics& metrics) { metrics_ = &metrics; }
  /// Says goodbye to so many of those that are left, whichever; how many these were.
  std::size_t close_some(std::size_t count);
  /// Says goodbye to everyone and returns when no session runs any more.
  boost::asio::awaitable<void> stop();

  std::size_t connections() const { return sessions_.size(); }
  /// Upgrades that were refused because generation 1 is switched off.
  std::uint64_t refused() const { return refused_; }

 private:
  class Registered;
  std::optional<http::Response> check(const http::Request& request);
  static boost::asio::awaitable<void> serve(LegacyServer& self, http::Request request,
                                            std::unique_ptr<http::WebSocket> socket);
  static boost::asio::awaitable<void> handle(LegacyServer& self, LegacySessionPointer session,
                                             const http::Request& request, std::string text);
  static boost::asio::awaitable<void> sign_in(LegacyServer& self, LegacySessionPointer session,
                                              const http::Request& request, LegacyAuth auth);
  static boost::asio::awaitable<http::Response> peers_route(LegacyServer& self, http::Request request);
  void enter(const LegacySessionPointer& session, MemberPointer member);
  void leave(const LegacySessionPointer& session);
  bool take_message(LegacySession& session);
  std::optional<EventFailure> check_rate(const LegacySession& session, std::string_view type,
                                         const tl::expected<LegacyMessage, LegacyRefusal>& message) const;
  core::Result<void> obey(const LegacySessionPointer& session, LegacyMessage message);
  void enroll(LegacySession& session, LegacyRegister registration);
  core::json::array peers_of(const std::string& account, const Member* except) const;

  EventRouter* router_;
  Rooms* rooms_;
  Admission* admission_;
  Presence* presence_;
  SessionExpiry* expiry_;
  LegacyRelay* relay_;
  ClientCounts* counts_;
  const HttpApi* api_;
  const Directory* directory_ = nullptr;  ///< null: there are no other nodes
  Metrics* metrics_ = nullptr;
  Prepare prepare_;
  Open open_;
  Limits limits_;
  LegacyMode mode_;
  std::chrono::milliseconds auth_timeout_;
  std::chrono::milliseconds idle_timeout_;
  core::WallClock clock_;
  Proxies proxies_;
  AddressLimiter rest_limiter_;
  std::set<LegacySessionPointer> sessions_;
  std::uint64_t refused_ = 0;
  bool stopping_ = false;
  core::AsyncEvent changed_;
  core::TaskGroup tasks_;
};

}  // namespace pantheon::signaling
