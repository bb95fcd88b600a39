#include "signaling/legacy_server.hpp"

#include <algorithm>
#include <array>

#include "auth/error.hpp"
#include "core/ascii.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "http/server.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"
#include "signaling/socket_options.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using core::CommonError;

constexpr core::Bytes kMaxBeforeAuth{16 * 1024};
constexpr double kLegacyMessageBurstSeconds = 4;
constexpr double kRestBurstSeconds = 20;
constexpr std::size_t kMaxRefused = 500;  // in a row; who goes on after that means no good
constexpr std::chrono::milliseconds kGoodbye{1500};
constexpr std::uint16_t kGoingAway = 1001;
constexpr std::string_view kPeersPath = "/api/v1/peers/";

bool is_of_others(std::string_view path) {
  constexpr std::array<std::string_view, 4> kTaken{"/socket.io", "/engine.io", "/v1/", "/api/"};
  return std::ranges::any_of(kTaken, [&](std::string_view prefix) { return path.starts_with(prefix); });
}

// Generation 1 does not say who hosts. Its hosts are desktop apps.
bool is_browser(std::string_view platform) {
  const auto lower = core::lower_case(platform);
  return lower.find("web") != std::string::npos || lower.find("browser") != std::string::npos;
}

json::object peer_of_list(const Member& member, const LegacySession* session, core::WallTime now) {
  json::value capabilities = json::array();
  if (member.generation == 1 && member.legacy_traffic) {
    capabilities = member.legacy_traffic->capabilities;
  } else if (member.answers_legacy && member.is_hosting) {
    capabilities = json::array{"models", "chat"};
  }
  const auto seen = session == nullptr ? now : session->last_seen;
  return {{"peer_id", member.device_id},
          {"account_id", member.account()},
          {"platform", member.platform.empty() ? member.client_type : member.platform.str()},
          {"capabilities", std::move(capabilities)},
          {"last_seen", seen.time_since_epoch().count()},
          {"generation", member.generation}};
}

json::object peer_of_list(const RemotePeer& peer, const std::string& account, core::WallTime now) {
  const bool hosts = peer.answers_requests && core::get_bool(peer.entry, "isHosting").value_or(false);
  auto capabilities = peer.capabilities;
  if (hosts) capabilities = json::array{"models", "chat"};
  const auto platform = core::get_string(peer.entry, "platform").value_or("");
  return {{"peer_id", peer.device_id},
          {"account_id", account},
          {"platform", platform.empty() ? core::get_string(peer.entry, "clientType").value_or("") : platform},
          {"capabilities", std::move(capabilities)},
          {"last_seen", now.time_since_epoch().count()},
          {"generation", peer.generation}};
}

socketio::Handshake handshake_of(const http::Request& request, const LegacyAuth& auth, core::WallTime now) {
  json::object hello{{"deviceId", auth.peer_id}, {"userId", auth.peer_id}, {"clientType", "electron"}};
  if (!auth.token.empty()) hello["token"] = auth.token;
  if (!auth.auth_key.empty()) hello["authKey"] = auth.auth_key;
  socketio::Handshake handshake;
  handshake.auth = std::move(hello);
  handshake.headers = request.headers;
  handshake.address = request.remote_address;
  handshake.secure = request.secure;
  handshake.time = now;
  return handshake;
}

// Whoever waits for an answer is answered in the form it waits for.
std::string refusal_text(const LegacyRefusal& refusal, json::object extra = {}) {
  if (refusal.type == "auth") return legacy_auth_failure(refusal.error, std::move(extra));
  if (refusal.type == "peer_request" && !refusal.request_id.is_null()) {
    auto failed = failed_answer(refusal.kind, refusal.error, std::move(extra));
    return legacy_response("", refusal.request_id, std::move(failed));
  }
  return legacy_error(refusal, std::move(extra));
}

// With what it is counted. Heartbeats are so no more than pings are.
std::optional<EventClass> class_of(const LegacyMessage& message) {
  if (std::holds_alternative<LegacyHeartbeat>(message)) return std::nullopt;
  if (std::holds_alternative<LegacyAuth>(message)) return EventClass::auth;
  if (std::holds_alternative<LegacyRegister>(message)) return EventClass::announcement;
  if (std::holds_alternative<LegacyGetPeers>(message)) return EventClass::presence;
  return EventClass::signal;
}

/// What of a message is told to its sender when it is not obeyed.
LegacyRefusal about(const LegacyMessage& message) {
  constexpr std::array<const char*, 7> kTypes{"auth",         "register",      "get_peers", "heartbeat",
                                              "peer_request", "peer_response", "signal"};
  LegacyRefusal refusal{core::Error(CommonError::internal)};
  refusal.type = kTypes.at(message.index());
  if (const auto* request = std::get_if<LegacyRequest>(&message)) {
    refusal.request_id = request->request_id;
    refusal.kind = answer_kind(request->data);
  } else if (const auto* response = std::get_if<LegacyResponse>(&message)) {
    refusal.request_id = response->request_id;
  } else if (const auto* signal = std::get_if<LegacySignal>(&message)) {
    refusal.type = core::get_string(signal->message, "type").value_or("");
  }
  return refusal;
}

// As Socket.IO names it.
std::string_view reason_of_end(const LegacySession& session) {
  if (session.close_code() == kGoingAway) return kServerStops;
  return session.closing() ? "server namespace disconnect" : "transport close";
}

}  // namespace

/// Keeps a session among those of the server as long as its coroutine runs.
class LegacyServer::Registered {
 public:
  Registered(LegacyServer& server, LegacySessionPointer session)
      : server_(&server), session_(std::move(session)) {
    server_->sessions_.insert(session_);
  }
  ~Registered() {
    session_->abort();
    server_->leave(session_);
    server_->sessions_.erase(session_);
    server_->changed_.notify();
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  LegacyServer* server_;
  LegacySessionPointer session_;
};

LegacyServer::LegacyServer(boost::asio::any_io_executor executor, EventRouter& router, Rooms& rooms,
                           Admission& admission, Presence& presence, SessionExpiry& expiry,
                           LegacyRelay& relay, ClientCounts& counts, const HttpApi& api,
                           const Options& options)
    : router_(&router),
      rooms_(&rooms),
      admission_(&admission),
      presence_(&presence),
      expiry_(&expiry),
      relay_(&relay),
      counts_(&counts),
      api_(&api),
      limits_(options.limits),
      mode_(options.legacy),
      auth_timeout_(options.legacy_auth_timeout),
      idle_timeout_(options.legacy_idle_timeout),
      clock_(options.clock),
      proxies_(options.proxies),
      rest_limiter_({limits_.legacy_rest_per_second, limits_.legacy_rest_per_second * kRestBurstSeconds}),
      changed_(executor),
      tasks_(std::move(executor)) {}

void LegacyServer::add_to(http::Server& server) {
  http::UpgradeOptions options;
  options.max_message = kLargestFromStrangers;
  options.check = [this](const http::Request& request) { return check(request); };
  server.upgrade_elsewhere(
      [this](http::Request request, std::unique_ptr<http::WebSocket> socket) {
        return serve(*this, std::move(request), std::move(socket));
      },
      std::move(options));
  server.route_prefix(std::string(kPeersPath),
                      [this](http::Request request) { return peers_route(*this, std::move(request)); });
}

std::optional<http::Response> LegacyServer::check(const http::Request& request) {
  if (is_of_others(request.path)) return http::error_response(SignalingError::not_found);
  if (mode_ == LegacyMode::off) {
    ++refused_;
    return http::error_response(SignalingError::legacy_off);
  }
  if (stopping_ || sessions_.size() >= limits_.max_legacy_connections)
    return http::error_response(SignalingError::server_full);
  return std::nullopt;
}

boost::asio::awaitable<void> LegacyServer::serve(LegacyServer& self, http::Request request,
                                                 std::unique_ptr<http::WebSocket> socket) {
  const auto session = std::make_shared<LegacySession>(std::move(socket), self.tasks_);
  const Registered registered(self, session);
  session->expect_within(self.auth_timeout_, core::Error(auth::AuthError::auth_required));
  for (;;) {
    auto message = co_await session->read();
    if (!message) co_return;
    if (session->closing()) continue;  // what it still says counts no more
    if (session->member) {
      session->expect_within(self.idle_timeout_, core::Error(CommonError::timeout, "no heartbeat came"));
      session->last_seen = self.clock_();
    }
    if (!self.take_message(*session)) continue;
    co_await handle(self, session, request, std::move(message->data));
  }
}

// Bounds what is read at all, also of who has not signed in; what the member may do is counted in check_rate.
bool LegacyServer::take_message(LegacySession& session) {
  const Rate rate{limits_.events_per_second, limits_.events_per_second * kLegacyMessageBurstSeconds};
  const auto wait = session.messages.take(rate, std::chrono::steady_clock::now());
  if (!wait) {
    session.refused = 0;
    return true;
  }
  auto [error, extra] = rate_limited(*wait);
  session.send(legacy_error({error}, std::move(extra)));
  if (++session.refused >= kMaxRefused) session.close(kPolicyViolation, std::string(error.code()));
  return false;
}

std::optional<EventFailure> LegacyServer::check_rate(
    const LegacySession& session, std::string_view type,
    const tl::expected<LegacyMessage, LegacyRefusal>& message) const {
  if (!session.member) return std::nullopt;
  const auto counted = message ? class_of(*message) : EventClass::signal;
  return counted ? router_->take(*session.member, type, *counted) : std::nullopt;
}

boost::asio::awaitable<void> LegacyServer::handle(LegacyServer& self, LegacySessionPointer session,
                                                  const http::Request& request, std::string text) {
  if (!session->member && text.size() > kMaxBeforeAuth.count) {
    const core::Error error(CommonError::too_large, "sign in first");
    session->send(legacy_error({error}));
    session->close(kPolicyViolation, std::string(error.code()));
    co_return;
  }
  auto message = parse_legacy_message(text, self.limits_.max_signal);
  auto refusal = message ? about(*message) : message.error();
  if (auto limited = self.check_rate(*session, refusal.type, message)) {
    refusal.error = std::move(limited->error);
    session->send(refusal_text(refusal, std::move(limited->extra)));
    co_return;
  }
  if (!message) {
    core::logger("signaling")->info("a generation-1 message was refused: {}", refusal.error.code());
    if (session->member && !refusal.asker.empty())
      self.relay_->unreadable(*session->member, refusal.asker, refusal.request_id);
    session->send(refusal_text(refusal));
    co_return;
  }
  if (auto* auth = std::get_if<LegacyAuth>(&*message)) {
    co_await sign_in(self, session, request, std::move(*auth));
    co_return;
  }
  auto obeyed = session->member ? self.obey(session, std::move(*message))
                                : core::Result<void>(core::failure(auth::AuthError::auth_required));
  if (obeyed) co_return;
  core::logger("signaling")->info("{} of generation 1 refused: {}", refusal.type, obeyed.error().code());
  refusal.error = std::move(obeyed.error());
  session->send(refusal_text(refusal));
}

boost::asio::awaitable<void> LegacyServer::sign_in(LegacyServer& self, LegacySessionPointer session,
                                                   const http::Request& request, LegacyAuth auth) {
  if (session->member) {
    json::object payload{{"token", auth.token}};
    const auto renewed = co_await self.admission_->renew(session->member, std::move(payload));
    session->send(renewed ? legacy_auth_response(session->member->device_id, session->member->account())
                          : legacy_auth_failure(renewed.error().error));
    co_return;
  }
  const auto handshake = handshake_of(request, auth, self.clock_());
  auto member = co_await self.admission_->admit(handshake);
  if (session->closing()) co_return;
  if (member && self.prepare_) {
    const auto prepared = co_await self.prepare_(*member);
    if (!prepared) member = tl::unexpected(EventFailure(prepared.error()));
  }
  if (session->closing()) co_return;
  // Several may have been let in at the same time as there was room for one.
  if (member) {
    const auto space = self.rooms_->check_space((*member)->account());
    if (!space) member = tl::unexpected(EventFailure(space.error()));
  }
  if (self.metrics_ != nullptr) self.metrics_->signed_in(member ? nullptr : &member.error().error);
  if (!member) {
    auto& [error, extra] = member.error();
    core::logger("signaling")->info("a generation-1 client was refused: {}", error.code());
    session->send(legacy_auth_failure(error, std::move(extra)));
    co_return;
  }
  self.enter(session, std::move(*member));
  session->send(legacy_auth_response(session->member->device_id, session->member->account()));
}

void LegacyServer::enter(const LegacySessionPointer& session, MemberPointer member) {
  member->generation = 1;
  member->socket_id = core::random_id();
  member->legacy().hang_up = [weak = std::weak_ptr(session)] {
    if (const auto live = weak.lock()) live->close(kPolicyViolation, "signed out");
  };
  session->limit_messages(limits_.max_legacy_message);
  session->member = std::move(member);
  router_->enroll(*session->member);
  session->last_seen = clock_();
  session->expect_within(idle_timeout_, core::Error(CommonError::timeout, "no heartbeat came"));
  presence_->arrived(session->member);
  counts_->arrived(*session->member);
  expiry_->add(session->member);
  relay_->arrived(session);
}

void LegacyServer::leave(const LegacySessionPointer& session) {
  if (!session->member) return;
  expiry_->remove(session->member);
  relay_->left(*session->member);
  counts_->left(*session->member);
  presence_->left(session->member, reason_of_end(*session));
}

core::Result<void> LegacyServer::obey(const LegacySessionPointer& session, LegacyMessage message) {
  auto& member = *session->member;
  if (auto* registration = std::get_if<LegacyRegister>(&message)) {
    enroll(*session, std::move(*registration));
  } else if (std::holds_alternative<LegacyGetPeers>(message)) {
    auto list = legacy_peer_list(peers_of(member.account(), &member));
    router_->charge_list(member, {list.size()});
    session->send(std::move(list));
  } else if (std::holds_alternative<LegacyHeartbeat>(message)) {
    session->send(legacy_heartbeat_answer(clock_().time_since_epoch().count()));
  } else if (auto* request = std::get_if<LegacyRequest>(&message)) {
    relay_->request(session, std::move(*request));
  } else if (auto* response = std::get_if<LegacyResponse>(&message)) {
    return relay_->response(member, std::move(*response));
  } else if (auto* signal = std::get_if<LegacySignal>(&message)) {
    return relay_->signal(member, std::move(*signal));
  }
  return {};
}

void LegacyServer::enroll(LegacySession& session, LegacyRegister registration) {
  auto& member = *session.member;
  const bool browser = is_browser(registration.platform);
  member.platform = registration.platform;
  member.client_type = browser ? "web" : "electron";
  member.is_hosting = !browser;
  member.announced = true;
  member.legacy().capabilities = std::move(registration.capabilities);
  const bool known = member.joined;
  static_cast<void>(presence_->join(session.member));
  if (known && directory_ != nullptr) directory_->publish(member, true);
  session.send(legacy_registered(member.device_id));
}

json::array LegacyServer::peers_of(const std::string& account, const Member* except) const {
  json::array peers;
  for (const auto& member : rooms_->members(account)) {
    if (!member->joined || member.get() == except) continue;
    peers.push_back(peer_of_list(*member, relay_->session_of(*member).get(), clock_()));
  }
  if (directory_ == nullptr) return peers;
  for (const auto& peer : directory_->elsewhere(account)) {
    if (peer.online) peers.push_back(peer_of_list(peer, account, clock_()));
  }
  return peers;
}

// The path names a person. Whoever asks sees its own account, whatever is written there.
boost::asio::awaitable<http::Response> LegacyServer::peers_route(LegacyServer& self, http::Request request) {
  if (self.mode_ == LegacyMode::off) co_return http::error_response(SignalingError::legacy_off);
  if (request.method != "GET") co_return http::error_response(http::HttpError::method_not_allowed);
  const auto from = self.proxies_.client_of(request.remote_address, request.headers);
  if (const auto wait = self.rest_limiter_.take(from, std::chrono::steady_clock::now()))
    co_return rate_limited_response(*wait);
  const auto user = std::string_view(request.path).substr(kPeersPath.size());
  if (user.empty() || user.find('/') != std::string_view::npos)
    co_return http::error_response(SignalingError::not_found);
  const auto bearer = co_await self.api_->check_bearer(request);
  if (!bearer) co_return no_store(http::error_response(bearer.error()));
  // A device's token without its key: no client of generation 1 has one.
  if (bearer->bound) co_return no_store(http::error_response(auth::AuthError::proof_required));
  if (self.open_) co_await self.open_(bearer->account);
  co_return no_store(json_ok({{"peers", self.peers_of(bearer->account, nullptr)}}));
}

std::size_t LegacyServer::close_some(std::size_t count) {
  std::size_t closed = 0;
  for (const auto& session : sessions_) {
    if (closed == count) break;
    if (session->closing()) continue;
    session->close(kGoingAway, std::string(kServerStops));
    ++closed;
  }
  return closed;
}

boost::asio::awaitable<void> LegacyServer::stop() {
  stopping_ = true;
  const auto sessions = sessions_;
  for (const auto& session : sessions) session->close(kGoingAway, std::string(kServerStops));
  const auto until = std::chrono::steady_clock::now() + kGoodbye;
  while (!sessions_.empty() && std::chrono::steady_clock::now() < until) {
    const bool alive = co_await changed_.wait_until(until);
    if (!alive) break;
  }
  for (const auto& session : sessions) session->abort();
  while (!sessions_.empty()) {
    const bool alive = co_await changed_.wait();
    if (!alive) break;
  }
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace pantheon::signaling
