#include "signaling/http_api.hpp"

#include "auth/error.hpp"
#include "http/server.hpp"
#include "signaling/http_support.hpp"

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
      ice_lifetime_(options.ice_credential_lifetime),
      mode_(options.mode),
      dev_(options.dev),
      server_id_(std::move(server_id)) {}

void HttpApi::add_to(http::Server& server) {
  server.route("GET", "/health", [this](http::Request) { return ready(no_store(health())); });
  server.route("GET", "/config.json", [this](http::Request) { return ready(no_store(config())); });
  server.route("POST", "/turn-token",
               [this](http::Request request) { return ready(no_store(turn_token(request))); });
}

http::Response HttpApi::health() const {
  return json_ok(
      {{"status", "ok"}, {"roomCount", rooms_->accounts()}, {"connectedUsers", rooms_->sockets()}});
}

http::Response HttpApi::config() const {
  return json_ok({{"version", PANTHEON_VERSION},
                  {"serverId", server_id_},
                  {"mode", to_text(mode_)},
                  {"signaling", json::object{{"path", "/socket.io/"}}},
                  {"iceServers", ice_json(ice_servers_, false)},
                  {"devTokens", dev_}});
}

core::Result<void> HttpApi::check_bearer(const http::Request& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.headers.get("Authorization").value_or("");
  if (!header.starts_with(kScheme)) return core::failure(auth::AuthError::auth_required);
  const auto credential = header.substr(kScheme.size());
  auto bearer = authenticator_->authenticate({credential, {}});
  if (!bearer && bearer.error().is(auth::AuthError::auth_invalid))
    bearer = authenticator_->authenticate({{}, credential});
  if (!bearer) return core::failure(bearer.error());
  if (!bearer->bound_key_thumbprint) return {};
  const auto device = tokens_->device_of(*bearer);
  if (!device) return core::failure(device.error());
  return {};
}

http::Response HttpApi::turn_token(const http::Request& request) const {
  if (const auto checked = check_bearer(request); !checked) return http::error_response(checked.error());
  return json_ok({{"ice_servers", ice_json(ice_servers_, true)}, {"ttl", ice_lifetime_.count()}});
}

}  // namespace pantheon::signaling
