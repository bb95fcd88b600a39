#pragma once

#include <functional>

#include "auth/authenticator.hpp"
#include "signaling/options.hpp"
#include "signaling/rooms.hpp"
#include "signaling/tokens.hpp"

namespace pantheon::signaling {

class ShardGroup;

/// `GET /health`, `GET /config.json`, `POST /turn-token`.
class HttpApi {
 public:
  HttpApi(const Rooms& rooms, const auth::Authenticator& authenticator, Tokens& tokens,
          const Options& options, std::string server_id);
  void add_to(http::Server& server);
  /// Says more at `/health`, under that name.
  void report(std::string name, std::function<core::json::value()> what);
  /// `/health` answers for all shards of a group, which must outlive this. Call before add_to().
  void answer_for(ShardGroup* shards) { shards_ = shards; }
  /// What `/health` says of this service alone.
  core::json::object health() const;

  /// Who shows a token or key as `Authorization: Bearer`; the errors of the authenticator, `device_revoked`.
  /// The request must stay until this is done.
  boost::asio::awaitable<core::Result<auth::Bearer>> check_bearer(const http::Request& request) const;

 private:
  static boost::asio::awaitable<http::Response> health_route(const HttpApi& self);
  http::Response config() const;
  boost::asio::awaitable<http::Response> turn_token(http::Request request) const;
  ShardGroup* shards_ = nullptr;
  const Rooms* rooms_;
  const auth::Authenticator* authenticator_;
  Tokens* tokens_;
  std::vector<IceServer> ice_servers_;
  std::vector<std::string> turn_urls_;
  std::string turn_secret_;
  core::WallClock clock_;
  std::chrono::seconds ice_lifetime_;
  Mode mode_;
  bool dev_;
  std::string server_id_;
  std::vector<std::pair<std::string, std::function<core::json::value()>>> reports_;
};

std::string_view to_text(Mode mode);

}  // namespace pantheon::signaling
