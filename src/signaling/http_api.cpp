#include "signaling/http_api.hpp"

#include "auth/error.hpp"
#include "http/server.hpp"
#include "signaling/http_support.hpp"
#include "signaling/shard_group.hpp"
#include "signaling/turn_credentials.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

json::array ice_json(const std::vector<IceServer>& servers, bool with_credentials) {
  json::array list;
  for (const auto& server : servers) {
    if (!server.credential.empty() && !with_credentials) continue;
    json::object entry{{"urls", json::array(server.urls.begin(), server.urls.end())}};
    if (!server.username.empty()) entry["username"] = server.username;
    if (!server.credential.empty()) entry["credential"] = server.credential;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

std::string_view to_text(Mode mode) {
  return mode == Mode::home ? "home" : "anywhere";
}

HttpApi::HttpApi(const Rooms& rooms, const auth::Authenticator& authenticator, Tokens& tokens,
                 const Options& options, std::string server_id)
    : rooms_(&rooms),
      authenticator_(&authenticator),
      tokens_(&tokens),
      ice_servers_(options.ice_servers),
      turn_urls_(options.turn_urls),
      turn_secret_(options.turn_secret),
      clock_(options.clock),
      ice_lifetime_(options.ice_credential_lifetime),
      mode_(options.mode),
      dev_(options.dev),
      server_id_(std::move(server_id)) {}

void HttpApi::add_to(http::Server& server) {
  server.route("GET", "/health", [this](http::Request) { return health_route(*this); });
  server.route("GET", "/config.json", [this](http::Request) { return ready(no_store(config())); });
  server.route("POST", "/turn-token",
               [this](http::Request request) { return turn_token(std::move(request)); });
}

void HttpApi::report(std::string name, std::function<json::value()> what) {
  reports_.emplace_back(std::move(name), std::move(what));
}

boost::asio::awaitable<http::Response> HttpApi::health_route(const HttpApi& self) {
  core::json::object health;
  if (self.shards_ == nullptr) {
    health = self.health();
  } else {
    health = co_await ShardGroup::health(*self.shards_);
  }
  co_return no_store(json_ok(health));
}

core::json::object HttpApi::health() const {
  json::object health{
      {"status", "ok"}, {"roomCount", rooms_->accounts()}, {"connectedUsers", rooms_->sockets()}};
  for (const auto& [name, what] : reports_) health[name] = what();
  return health;
}

http::Response HttpApi::config() const {
  return json_ok({{"version", PANTHEON_VERSION},
                  {"serverId", server_id_},
                  {"mode", to_text(mode_)},
                  {"signaling", json::object{{"path", "/socket.io/"}}},
                  {"iceServers", ice_json(ice_servers_, false)},
                  {"devTokens", dev_},
                  {"signIn", authenticator_->methods()}});
}

// A token, or else a shared key: older clients send either as Bearer.
boost::asio::awaitable<core::Result<auth::Bearer>> HttpApi::check_bearer(const http::Request& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.headers.get("Authorization").value_or("");
  if (!header.starts_with(kScheme)) co_return core::failure(auth::AuthError::auth_required);
  auth::Credentials credentials;
  credentials.token = header.substr(kScheme.size());
  auto bearer = co_await authenticator_->authenticate(credentials);
  if (!bearer && bearer.error().is(auth::AuthError::auth_invalid)) {
    std::swap(credentials.token, credentials.shared_key);
    bearer = co_await authenticator_->authenticate(credentials);
  }
  if (!bearer) co_return core::failure(bearer.error());
  if (!bearer->bound) co_return bearer;
  const auto device = tokens_->device_of(*bearer);
  if (!device) co_return core::failure(device.error());
  co_return bearer;
}

boost::asio::awaitable<http::Response> HttpApi::turn_token(http::Request request) const {
  const auto bearer = co_await check_bearer(request);
  if (!bearer) co_return no_store(http::error_response(bearer.error()));
  auto servers = ice_servers_;
  if (!turn_secret_.empty()) {
    servers.push_back(
        make_turn_credentials(turn_urls_, turn_secret_, bearer->account, clock_(), ice_lifetime_));
  }
  co_return no_store(json_ok({{"ice_servers", ice_json(servers, true)}, {"ttl", ice_lifetime_.count()}}));
}

}  // namespace pantheon::signaling
