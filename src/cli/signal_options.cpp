#include "cli/signal_options.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "app/server_address.hpp"
#include "cli/error.hpp"
#include "cli/limit_options.hpp"

namespace pantheon::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr char kBlank = ' ';
constexpr std::uint16_t kHighestPort = 65'535;

OptionGroup program(SignalSettings& s) {
  return {
      "Program",
      {{"config", "PANTHEON_CONFIG", "TOML file of options", text(s.config, "FILE")},
       {"data", "PANTHEON_HOME", "Folder of the database", folder(s.data), false, "~/.local/share/pantheon"},
       {"log-level", "PANTHEON_LOG_LEVEL", "What is logged at least, on standard error",
        choice(s.common.log_level, {"debug", "info", "warn", "error", "off"})},
       {"log-format", "PANTHEON_LOG_FORMAT", "Lines for people, or a JSON object a line",
        choice(s.common.log_format, {"text", "json"})}}};
}

OptionGroup network(SignalSettings& s) {
  auto& signaling = s.server.signaling;
  return {
      "Network",
      {{"port", "PORT", "Port to listen on; 0 takes a free one",
        number(s.server.port, std::uint16_t{0}, kHighestPort)},
       {"bind", "BIND_ADDRESS",
        "Address to listen on: :: for every interface, 0.0.0.0 for those of IPv4, 127.0.0.1 for this machine "
        "only",
        text(s.server.bind_address, "ADDRESS")},
       {"tls-cert", "TLS_CERT", "Certificate chain, PEM; without it plain HTTP is spoken",
        text(s.certificate, "FILE")},
       {"tls-key", "TLS_KEY", "Private key of the certificate, PEM", text(s.private_key, "FILE")},
       {"cors-origins", "CORS_ORIGINS",
        "Web origins besides its own that may use this server, separated by commas; * for all",
        list(signaling.cors_origins, "ORIGIN,...")},
       {"trust-proxy", "TRUST_PROXY",
        "Reverse proxies whose X-Forwarded-For is believed, separated by commas; one on another machine "
        "must be named, or all its clients count as one address; none for nobody",
        list(s.trusted_proxies, "ADDRESS or CIDR,...")},
       {"presence-grace", "PRESENCE_GRACE",
        "How long a device whose connection broke may take to return before others see it leave; a loss that "
        "nobody notices is found by a ping first, which takes up to 45 s more",
        duration(signaling.presence_grace, 0ms, std::chrono::milliseconds(60s))}}};
}

OptionGroup sign_in(SignalSettings& s) {
  auto& signaling = s.server.signaling;
  auto& providers = signaling.sign_in;
  return {
      "Sign-in",
      {{"auth-key", "AUTH_KEY", "One key shared by all devices of one account",
        text(signaling.auth_key, "KEY"), true},
       {"auth-keys", "AUTH_KEYS", "Several accounts, each with its key: name:key,name:key",
        text(signaling.auth_keys, "NAME:KEY,..."), true},
       {"firebase-project-id", "FIREBASE_PROJECT_ID", "Accept ID tokens of this Firebase project",
        text(providers.firebase_project_id, "PROJECT")},
       {"firebase-database-url", "FIREBASE_DATABASE_URL",
        "Without a project id: the project's default database, https://<project>.firebaseio.com",
        text(providers.firebase_database_url, "URL")},
       {"firebase-certs-url", "FIREBASE_CERTS_URL",
        "Where the certificates of ID tokens are, instead of Google's address",
        text(providers.firebase_certs_url, "URL")},
       {"firebase-auth-emulator-host", "FIREBASE_AUTH_EMULATOR_HOST",
        "The Firebase Auth emulator, whose tokens nobody signed: for development only",
        text(providers.firebase_emulator_host, "HOST:PORT")},
       {"oidc-issuer", "OIDC_ISSUER", "Accept tokens of this OpenID Connect issuer",
        text(providers.oidc_issuer, "URL")},
       {"oidc-audience", "OIDC_AUDIENCE", "The audience of those tokens, a client id for example",
        text(providers.oidc_audience, "AUDIENCE")},
       {"legacy-session-max", "LEGACY_SESSION_MAX",
        "How long a client that cannot renew its token stays signed in",
        duration(signaling.legacy_session_max, 1s, std::chrono::seconds(24h * 30))},
       {"devices", "DEVICES",
        "Whether devices are remembered, paired and given tokens; off: only providers and shared keys let "
        "anybody in, and nodes may have data folders of their own",
        choice(s.devices, {"on", "off"})},
       {"dev", "", "Accept tokens dev:<account> from anyone: for development only", flag(signaling.dev)}}};
}

OptionGroup connecting(SignalSettings& s) {
  auto& signaling = s.server.signaling;
  return {"STUN and TURN",
          {{"no-stun", "NO_STUN", "Name no STUN server to clients", flag(s.ice.no_stun)},
           {"stun", "STUN_SERVERS", "STUN servers, separated by blanks (a flag each)",
            list(s.ice.stun, "stun:HOST:PORT", kBlank), false, "stun:stun.l.google.com:19302"},
           {"turn", "TURN_SERVERS", "TURN servers, separated by blanks (a flag each)",
            list(s.ice.turn, "turn:HOST:PORT,USERNAME,CREDENTIAL", kBlank), true},
           {"turn-urls", "TURN_URLS",
            "TURN servers that take credentials made from turn-secret, separated by blanks (a flag each)",
            list(signaling.turn_urls, "turn:HOST:PORT", kBlank)},
           {"turn-secret", "TURN_SECRET", "Secret shared with them: coturn's static-auth-secret",
            text(signaling.turn_secret, "SECRET"), true},
           {"turn-ttl", "TURN_TTL",
            "How long credentials made from turn-secret, and the list of servers, are valid",
            duration(signaling.ice_credential_lifetime, 60s, std::chrono::seconds(24h))}}};
}

OptionGroup running(SignalSettings& s) {
  constexpr unsigned kLongestDrain = 3600;
  return {
      "Running",
      {{"drain-seconds", "DRAIN_SECONDS",
        "Over how long connections are ended after SIGTERM, so that other servers are not stormed; more than "
        "5 only where a proxy sends those clients elsewhere (on 503): deployed ones give up after 9 seconds",
        number(s.drain_seconds, 0U, kLongestDrain)},
       {"shards", "SHARDS", "Event loops that share the work, each on a core; 0: one for each core, up to 8",
        number(s.shards, std::size_t{0}, signaling::ShardGroup::kMaxShards)},
       {"metrics-token", "METRICS_TOKEN",
        "Bearer token for /metrics; without it only requests from this machine, through no proxy, get them",
        text(s.server.signaling.metrics_token, "TOKEN"), true}}};
}

OptionGroup nodes(SignalSettings& s) {
  auto& signaling = s.server.signaling;
  return {
      "Several nodes",
      {{"redis-url", "REDIS_URL",
        "Redis that the nodes of this server share, beside one data folder (or devices = off)",
        text(signaling.redis_url, "redis[s]://[USER][:PASSWORD]@HOST[:PORT][/DATABASE]"), true},
       {"redis-ca", "REDIS_CA",
        "Authorities that may sign the certificate of a rediss:// Redis, besides the system's; PEM",
        text(signaling.redis_ca, "FILE")},
       {"redis-cert", "REDIS_CERT", "Certificate to show to a rediss:// Redis that asks for one, PEM",
        text(signaling.redis_certificate, "FILE")},
       {"redis-key", "REDIS_KEY", "Private key of that certificate, PEM", text(signaling.redis_key, "FILE")},
       {"cluster-lease", "CLUSTER_LEASE", "After which a node that says nothing counts as gone",
        duration(signaling.cluster_lease, std::chrono::milliseconds(1s), std::chrono::milliseconds(5min))}}};
}

OptionGroup older_clients(SignalSettings& s) {
  auto& signaling = s.server.signaling;
  return {
      "Clients of generation 1",
      {{"legacy", "LEGACY",
        "What is served of raw WebSockets: everything, also requests, which this server could read; "
        "signals, but no requests; nothing",
        choice(s.legacy, {"relay", "signal", "off"})},
       {"legacy-request-timeout", "LEGACY_REQUEST_TIMEOUT", "How long a host may take to answer a request",
        duration(signaling.legacy_request_timeout, milliseconds(1s), milliseconds(1h))},
       {"legacy-idle-timeout", "LEGACY_IDLE_TIMEOUT",
        "How long a client may say nothing, heartbeats included",
        duration(signaling.legacy_idle_timeout, milliseconds(1s), milliseconds(24h))}}};
}

signaling::LegacyMode legacy_mode(std::string_view word) {
  using signaling::LegacyMode;
  if (word == "off") return LegacyMode::off;
  return word == "signal" ? LegacyMode::signal : LegacyMode::relay;
}

std::size_t shards_for_cores() {
  constexpr unsigned kMostShards = 8;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMostShards);
}

core::Result<void> check_origins(const signaling::Options& options) {
  for (const auto& origin : options.cors_origins) {
    if (app::is_page_origin(origin)) continue;
    return core::failure(CliError::bad_option,
                         "cors-origins: '" + origin +
                             "' is the origin of no page; it takes scheme, name and port alone, such as "
                             "https://app.example.org, http://localhost:3000 or app://name, or * for all");
  }
  return {};
}

core::Result<void> check_turn(const signaling::Options& options) {
  if (options.turn_secret.empty() != options.turn_urls.empty())
    return core::failure(CliError::bad_option, "turn-secret and turn-urls go together");
  if (!std::ranges::all_of(options.turn_urls, is_turn_url))
    return core::failure(CliError::bad_option, "turn-urls takes turn:HOST:PORT");
  return {};
}

// Who joins gets all lists of its account at once: with less room each would be cut off by them, and the
// account be closed. The other half is for what else is in the message, and what waits before it.
core::Result<void> check_send_queue(const signaling::Options& options) {
  const auto& limits = options.limits;
  if (limits.max_send_queue.count / 2 >= limits.max_models_per_account.count) return {};
  return core::failure(
      CliError::bad_option,
      "max-send-queue must be at least twice max-models-size-per-account: a device that joins "
      "is sent all lists of models of its account at once");
}

core::Result<void> check_redis(const signaling::Options& options) {
  if (options.redis_certificate.empty() != options.redis_key.empty())
    return core::failure(CliError::bad_option, "redis-cert and redis-key go together");
  const bool has_files = !options.redis_ca.empty() || !options.redis_certificate.empty();
  if (has_files && !options.redis_url.starts_with("rediss://"))
    return core::failure(CliError::bad_option, "redis-ca and redis-cert need a redis-url of rediss://");
  return {};
}

core::Result<void> check(const signaling::Options& options) {
  for (const auto check_one : {check_origins, check_turn, check_send_queue, check_redis}) {
    if (auto checked = check_one(options); !checked) return checked;
  }
  return {};
}

}  // namespace

OptionTable signal_options(SignalSettings& settings) {
  auto& limits = settings.server.signaling.limits;
  return {program(settings),     network(settings),       sign_in(settings),
          connecting(settings),  older_clients(settings), nodes(settings),
          limit_options(limits), rate_options(limits),    running(settings)};
}

core::Result<app::SignalingServerOptions> server_options(const SignalSettings& settings) {
  auto server = settings.server;
  server.signaling.mode = signaling::Mode::anywhere;
  server.signaling.legacy = legacy_mode(settings.legacy);
  server.signaling.keep_devices = settings.devices == "on";
  server.shards = settings.shards == 0 ? shards_for_cores() : settings.shards;
  if (settings.certificate.empty() != settings.private_key.empty()) {
    return core::failure(CliError::bad_option, "tls-cert and tls-key go together");
  }
  if (const auto checked = check(server.signaling); !checked) return core::failure(checked.error());
  if (!settings.certificate.empty()) server.tls = http::TlsFiles{settings.certificate, settings.private_key};
  const bool no_proxies = settings.trusted_proxies == std::vector<std::string>{"none"};
  auto proxies =
      signaling::Proxies::parse(no_proxies ? std::vector<std::string>() : settings.trusted_proxies);
  if (!proxies) return core::failure(CliError::bad_option, "trust-proxy: " + proxies.error().message());
  server.signaling.proxies = std::move(*proxies);
  const auto ice = ice_servers(settings.ice, false);
  if (!ice) return core::failure(ice.error());
  for (const auto& entry : *ice)
    server.signaling.ice_servers.push_back({entry.urls, entry.username, entry.credential});
  server.database = std::filesystem::path(settings.data) / "signaling.db";
  return server;
}

}  // namespace pantheon::cli
