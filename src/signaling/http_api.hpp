#pragma once

#include <functional>

#include "auth/authenticator.hpp"
#include "signaling/options.hpp"
#include "signaling/rooms.hpp"
#include "signaling/tokens.hpp"

namespace pantheon::signaling {

/// `GET /health`, `GET /config.json`, `POST /turn-token`.
class HttpApi {
 public:
  HttpApi(const Rooms& rooms, const auth::Authenticator& authenticator, Tokens& tokens,
          const Options& options, std::string server_id);
  void add_to(http::Server& server);
  /// Says more at `/health`, under that name.
  void report(std::string name, std::function<core::json::value()> what);

  /// Who shows a token or key as `Authorization: Bearer`; the errors of the authenticator, `device_revoked`.
  /// The request must stay until this is done.
  boost::asio::awaitable<core::Result<auth::Bearer>> check_bearer(const http::Request& request) const;

 private:
  http::Response health() const;
  http::Response config() const;
  boost::asio::awaitable<http::Response> turn_token(http::Request request) const;
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
