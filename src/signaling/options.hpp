#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/sign_in_options.hpp"
#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "signaling/list_refreshes.hpp"
#include "signaling/proxies.hpp"

namespace pantheon::signaling {

/// One file of the web app, held in memory for the life of the process.
struct Asset {
  std::string_view path;          ///< as requested, "/assets/index-Ab3d.js"
  std::string_view content_type;  ///< with charset
  core::ByteView bytes;
  std::string_view etag;  ///< quoted
};

/// An entry of RTCConfiguration.iceServers.
struct IceServer {
  std::vector<std::string> urls;
  std::string username;    ///< empty for STUN
  std::string credential;  ///< empty for STUN; entries with one are given to signed-in devices only
};

/// Works on this network only, or has a public name.
enum class Mode { home, anywhere };

/// What is served of generation 1 (raw WebSocket): everything; signals, but no requests, which this server
/// could read; or nothing.
enum class LegacyMode { relay, signal, off };

inline std::string_view name_of(LegacyMode mode) {
  return mode == LegacyMode::relay ? "relay" : mode == LegacyMode::signal ? "signal" : "off";
}

/// What one client or account may use up. Beyond: a coded error to its sender.
struct Limits {
  core::Bytes max_signal{64 * 1024};                    ///< of one webrtc-signal event
  core::Bytes max_models{256 * 1024};                   ///< of one list of models
  std::size_t max_model_entries = 1000;                 ///< of one list of models
  core::Bytes max_models_per_account{2 * 1024 * 1024};  ///< of the lists of all its sockets
  std::size_t max_sockets_per_account = 64;
  std::size_t max_absences = 50'000;             ///< sockets that broke off and may be back soon
  std::size_t max_accounts = 50'000;             ///< with sockets, at one time
  std::size_t max_devices_per_account = 256;     ///< kept in the database; three times as many revoked ones
  std::size_t max_statements_per_account = 512;  ///< likewise, of devices in use and of revoked ones
  std::size_t max_open_codes_per_account = 8;
  std::size_t max_open_codes = 10'000;
  // Events of one socket, class by class; the bursts are four seconds of signals, ten of the others.
  double events_per_second = 50;        ///< signals
  double lists_per_second = 20;         ///< joins, and requests of lists and models
  double announcements_per_second = 5;  ///< of models and hosting
  double pairings_per_second = 2;       ///< codes opened and closed, revocations
  double renewals_per_second = 1;       ///< of tokens
  double device_share = 2;    ///< of all sockets of a device together, as a multiple of one socket's
  double account_share = 10;  ///< the same of an account
  double address_share = 40;  ///< the same of a network address
  double refusals_per_second =
      50;  ///< who is refused more often, ten seconds of them at once, is disconnected
  std::size_t max_buckets = 200'000;  ///< of devices, accounts and addresses that have gone
  double requests_per_second =
      50;  ///< HTTP requests of one address, and sessions of Socket.IO it opens; its burst is 500
  std::size_t max_sockets = 100'000;  ///< of the server
  std::size_t max_sockets_per_address = 1000;
  std::size_t max_polling = 20'000;             ///< sessions of Socket.IO over long-polling
  core::Bytes max_send_queue{4 * 1024 * 1024};  ///< of one slow reader; beyond: it is disconnected
  double connects_per_second = 5;               ///< of one address; its burst is 40
  double account_connects_share = 4;            ///< connects of an account, as a multiple of one address's
  double redeems_per_second = 0.2;              ///< of one address; its burst is 10
  double all_redeems_per_second = 20;
  double refreshes_per_second = 2;                ///< of one address; its burst is 40
  core::Bytes max_legacy_message{1024 * 1024};    ///< of a request or an answer of generation 1
  double legacy_requests_per_second = 2;          ///< of one client; its burst is 20
  double legacy_rest_per_second = 2;              ///< of one address; its burst is 40
  std::size_t max_legacy_requests_of_asker = 16;  ///< that wait for an answer
  std::size_t max_legacy_requests_of_host = 32;   ///< that wait for its answer
  std::size_t max_legacy_requests = 10'000;       ///< that wait for an answer
  std::size_t max_legacy_connections = 10'000;
};

class ShardGroup;

/// How a signaling server is set up. The assets must outlive the service.
struct Options {
  Mode mode = Mode::home;
  bool dev = false;  ///< accept `dev:<name>` tokens; never on a server that others can reach
  /// DEVICES: whether devices are remembered, paired and given tokens. Without it only providers and shared
  /// keys let anybody in, and nodes of a cluster need not share a database.
  bool keep_devices = true;
  std::string auth_key;         ///< AUTH_KEY: one shared key, account `key:<server id>:default`
  std::string auth_keys;        ///< AUTH_KEYS: `name:key,...`
  auth::SignInOptions sign_in;  ///< Firebase, OIDC
  /// Web origins besides the server's own that may use it; "*" allows every one.
  std::vector<std::string> cors_origins;
  std::vector<IceServer> ice_servers;
  /// TURN servers that take the credentials of the TURN REST API: made for each asker, valid so long.
  std::vector<std::string> turn_urls;
  std::string turn_secret;  ///< TURN_SECRET: as coturn's static-auth-secret; empty: none are made
  std::chrono::seconds ice_credential_lifetime{3600};  ///< the `ttl` of POST /turn-token
  std::span<const Asset> assets;                       ///< "/index.html" among them, or no web app is served
  std::chrono::seconds access_token_lifetime{15 * 60};
  std::chrono::hours refresh_token_lifetime{24 * 90};
  std::chrono::seconds pairing_lifetime{10 * 60};
  std::chrono::seconds pairing_answer_timeout{30};  ///< how long a voucher may take to answer
  std::chrono::seconds legacy_session_max = std::chrono::hours(12);  ///< of sockets that cannot `renew`
  /// How long a device whose connection broke may take to return before the others are told that it left; 0:
  /// no time.
  std::chrono::milliseconds presence_grace{5000};
  Rate list_refreshes = ListRefreshes::kUsual;
  std::string redis_url;  ///< REDIS_URL: other nodes on the same database; empty: there are none
  // For `rediss://`, PEM files:
  std::string redis_ca;           ///< REDIS_CA: authorities besides the system's
  std::string redis_certificate;  ///< REDIS_CERT: what this node shows where Redis asks for it
  std::string redis_key;          ///< REDIS_KEY: of that certificate
  std::chrono::milliseconds cluster_lease{10'000};  ///< after which a node that says nothing counts as gone
  LegacyMode legacy = LegacyMode::relay;
  std::chrono::milliseconds legacy_auth_timeout{10'000};      ///< from the upgrade to `auth`
  std::chrono::milliseconds legacy_idle_timeout{300'000};     ///< without any message, `heartbeat` included
  std::chrono::milliseconds legacy_request_timeout{115'000};  ///< older clients wait for 120 s
  Limits limits;
  std::string
      metrics_token;  ///< METRICS_TOKEN: bearer of GET /metrics; without it only this machine reads it
  Proxies proxies;    ///< reverse proxies that may say whom a request comes from
  /// The shards that are one server together, and which of them this service is; null: it is alone.
  std::shared_ptr<ShardGroup> shards = nullptr;
  std::size_t shard = 0;
  core::WallClock clock = core::wall_now;
};

}  // namespace pantheon::signaling
