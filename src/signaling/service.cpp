#include "signaling/service.hpp"

#include "auth/jwk.hpp"
#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "http/websocket_handshake.hpp"
#include "identity/error.hpp"
#include "signaling/admission.hpp"
#include "signaling/cluster_node.hpp"
#include "signaling/devices.hpp"
#include "signaling/error.hpp"
#include "signaling/http_api.hpp"
#include "signaling/http_limits.hpp"
#include "signaling/http_support.hpp"
#include "signaling/legacy_relay.hpp"
#include "signaling/legacy_server.hpp"
#include "signaling/models.hpp"
#include "signaling/monitoring.hpp"
#include "signaling/origins.hpp"
#include "signaling/pairing.hpp"
#include "signaling/presence.hpp"
#include "signaling/relay.hpp"
#include "signaling/session_expiry.hpp"
#include "signaling/shard_group.hpp"
#include "signaling/shard_node.hpp"
#include "signaling/web_app.hpp"
#include "socketio/server.hpp"

namespace pantheon::signaling {
namespace {

constexpr int kCleanEverySweeps = 600;
constexpr std::chrono::milliseconds kBatchPause{100};
constexpr std::size_t kSmallestBatch = 10;
constexpr std::size_t kToldFull = 512;  // at one time
// Whoever opens a session and does not sign in holds a place of others.
constexpr std::chrono::seconds kConnectTimeout{20};
constexpr std::chrono::milliseconds kRenewalPause{1000};  // until the one under way has ended, about
// In account ids of shared keys, which are the same on all nodes though these have nothing in common.
constexpr const char* kServerWithoutDevices = "one-cluster-of-servers";

struct Keys {
  std::string server_id;
  auth::Jwk signing_key;
};

core::Result<Keys> load_keys(store::DeviceStore& store, const Options& options) {
  auto id = store.server_value("id", core::random_id());
  if (!id) return core::failure(id.error());
  if (!options.keep_devices) *id = kServerWithoutDevices;
  const auto fresh = core::json::serialize(auth::Jwk::generate_es256().private_json());
  const auto stored = store.server_value("signing_key", fresh);
  if (!stored) return core::failure(stored.error());
  const auto object = core::parse_json_object(*stored);
  if (!object) return core::failure(object.error());
  auto key = auth::Jwk::parse(*object);
  if (!key) return core::failure(key.error());
  return Keys{std::move(*id), std::move(*key)};
}

/// Of the proof in a hello that has been found good.
std::string nonce_of(const socketio::Handshake& handshake) {
  if (!handshake.auth.is_object()) return {};
  const auto* proof = core::get_object(handshake.auth.get_object(), "proof");
  return proof == nullptr ? std::string() : std::string(core::get_string(*proof, "nonce").value_or(""));
}

socketio::ServerOptions socket_options(const Options& given) {
  const auto& limits = given.limits;
  socketio::ServerOptions options;
  if (given.shards) options.sid_prefix = std::string(1, ShardGroup::sid_mark(given.shard));
  const auto largest =
      std::max({limits.max_signal.count, limits.max_models.count, limits.max_legacy_message.count});
  options.max_payload = core::Bytes{largest + 64 * 1024};
  options.max_attachments = 1;
  options.max_namespaces = 1;
  options.keep_handshakes = false;
  options.max_pending_acks = 16;
  options.max_send_queue = limits.max_send_queue;
  // Who comes to a full server is told so, which takes a connection.
  options.max_connections = limits.max_sockets + kToldFull;
  options.max_polling = limits.max_polling;
  options.connect_timeout = kConnectTimeout;
  // Beyond all limits of events; whoever reaches it gets no further answers.
  options.max_events_per_second = std::max(options.max_events_per_second, limits.events_per_second * 10);
  options.event_burst = std::max(options.event_burst, limits.events_per_second * 40);
  return options;
}

}  // namespace

struct Service::State {
  State(asio::any_io_executor executor, store::DeviceStore opened, Keys keys, auth::SharedKeys shared_keys,
        std::vector<std::unique_ptr<auth::IdentityProvider>> providers, Options given)
      : options(std::move(given)),
        server_id(std::move(keys.server_id)),
        store(std::move(opened)),
        monitoring(store, options.metrics_token),
        access(std::move(keys.signing_key), server_id, options.access_token_lifetime, options.clock),
        nonces(options.clock),
        authenticator(
            server_id, options.keep_devices ? &access : nullptr, std::move(shared_keys),
            options.dev ? auth::Authenticator::DevTokens::accept : auth::Authenticator::DevTokens::refuse,
            std::move(providers)),
        rooms(options.limits, options.shards ? options.shards->census() : nullptr),
        absences(
            {options.presence_grace, options.limits.max_sockets_per_account, options.limits.max_absences}),
        directory(rooms, absences),
        tokens(store, access, nonces, directory, options),
        admission(store, authenticator, nonces, tokens, rooms, options),
        presence(executor, directory, options.list_refreshes),
        relay(directory, options.limits),
        models(directory, options.limits),
        pairing(store, tokens, rooms, options),
        devices(store, directory, pairing, options),
        expiry(options),
        api(rooms, authenticator, tokens, options, server_id),
        legacy_relay(executor, rooms, options),
        legacy(executor, rooms, admission, presence, expiry, legacy_relay, counts, api, options),
        web_app(options.assets),
        origins(options.cors_origins),
        http_limits(options),
        router(options.limits),
        sockets(executor, socket_options(options)),
        tasks(executor) {}

  void start();
  void watch();
  void watch_older_clients();
  core::Result<void> join_others(asio::any_io_executor executor, const std::filesystem::path& database);
  core::Result<void> join_cluster(asio::any_io_executor executor, const std::filesystem::path& database);
  void join_shards();
  void accept(const std::shared_ptr<socketio::Socket>& socket);
  void greet(const Member& member) const;
  void leave(const MemberPointer& member, std::string_view reason);
  static MemberPointer member_of(const socketio::Socket& socket);
  core::json::object legacy_report() const;
  std::size_t close_some(std::size_t count);
  static asio::awaitable<EventResult> renew(State& state, MemberPointer member, socketio::Event event);
  static asio::awaitable<socketio::Admitted> admit(State& state, std::shared_ptr<socketio::Socket> socket);
  static asio::awaitable<core::Result<void>> check_elsewhere(State& state, MemberPointer member,
                                                             std::shared_ptr<socketio::Socket> socket);
  static asio::awaitable<void> sweep(State& state);

  Options options;
  std::string server_id;
  store::DeviceStore store;
  Monitoring monitoring;
  auth::AccessTokens access;
  auth::Nonces nonces;
  auth::Authenticator authenticator;
  Rooms rooms;
  Absences absences;
  Directory directory;
  Tokens tokens;
  Admission admission;
  Presence presence;
  Relay relay;
  Models models;
  Pairing pairing;
  Devices devices;
  SessionExpiry expiry;
  HttpApi api;
  ClientCounts counts;
  LegacyRelay legacy_relay;
  LegacyServer legacy;
  WebApp web_app;
  Origins origins;
  HttpLimits http_limits;
  EventRouter router;
  socketio::Server sockets;
  std::unique_ptr<OtherNodes> others;  ///< null: this server has one node with one shard
  ClusterNode* cluster = nullptr;      ///< the same, where the others are nodes over Redis
  core::TaskGroup tasks;
};

void Service::State::start() {
  presence.add_to(router);
  relay.add_to(router);
  models.add_to(router);
  pairing.add_to(router);
  devices.add_to(router);
  devices.on_revoked([this](const identity::Statement& statement) {
    if (others) others->revoked(statement);
  });
  legacy_relay.add_to(router);
  api.report("clients", [this] { return counts.to_json(); });
  api.report("legacy", [this] { return legacy_report(); });
  router.on_slow("auth-renew", tasks, [this](MemberPointer member, socketio::Event event) {
    return renew(*this, std::move(member), std::move(event));
  });
  watch();
  watch_older_clients();
  auto& nsp = sockets.of("/");
  nsp.use([this](std::shared_ptr<socketio::Socket> socket) { return admit(*this, std::move(socket)); });
  nsp.on_connection([this](std::shared_ptr<socketio::Socket> socket) { accept(socket); });
  nsp.on_text("webrtc-signal", [this](socketio::Socket& socket, std::string_view text) {
    return relay.relay_text(*static_cast<Member*>(socket.data.get()), text);
  });
  tasks.spawn(sweep(*this));
  tasks.spawn(Presence::run(presence));
}

void Service::State::watch() {
  auto& metrics = monitoring.metrics();
  const auto gauge = [&](const char* name, const char* help, auto reading) {
    metrics.read(name, help, Metrics::Kind::gauge, [reading] { return static_cast<double>(reading()); });
  };
  gauge("pantheon_connections", "Open Engine.IO connections", [this] { return sockets.connections(); });
  gauge("pantheon_sockets", "Sockets that are signed in", [this] { return rooms.sockets(); });
  if (options.shard == 0) {
    gauge("pantheon_accounts", "Accounts with at least one socket",
          [this] { return options.shards ? options.shards->census()->accounts() : rooms.accounts(); });
  }
  router.observe([&metrics](std::string_view event, const core::Error* error, std::chrono::nanoseconds took) {
    if (error != nullptr) {
      metrics.add(Count::errors, error->code());
      if (error->is(SignalingError::rate_limited)) metrics.add(Count::rate_limited, "events");
    } else if (event == "webrtc-signal") {
      metrics.relayed(took);
    }
  });
}

// Who still uses what, so that somebody can tell when older protocols may be switched off.
void Service::State::watch_older_clients() {
  using Kind = Metrics::Kind;
  const auto read = [&](const char* name, const char* help, Kind kind, Metrics::Label label, auto reading) {
    monitoring.metrics().read(
        name, help, kind, [reading] { return static_cast<double>(reading()); }, std::move(label));
  };
  const auto clients = [&](ClientCounts::Kind generation, const char* value) {
    read("pantheon_clients", "Sockets that are signed in, by the generation of their protocol", Kind::gauge,
         {"generation", value}, [this, generation] { return counts.now(generation); });
    read("pantheon_clients_total", "Sockets that have signed in, by the generation of their protocol",
         Kind::counter, {"generation", value}, [this, generation] { return counts.since_start(generation); });
  };
  clients(ClientCounts::Kind::generation1, "1");
  clients(ClientCounts::Kind::generation2, "2");
  clients(ClientCounts::Kind::current, "current");
  const auto passed = [&](const char* to, std::uint64_t LegacyCounters::*count) {
    read("pantheon_legacy_requests_total",
         "Requests of clients of generation 1, and to hosts of generation 1, that were passed on: they cross "
         "this server in the clear",
         Kind::counter, {"to", to}, [this, count] { return legacy_relay.counters().*count; });
  };
  passed("generation1", &LegacyCounters::requests_to_generation1);
  passed("hosts", &LegacyCounters::requests_to_hosts);
  const auto refused = [&](const char* what, auto reading) {
    read("pantheon_legacy_refused_total",
         "Connections of generation 1, and requests of it or to it, that were refused", Kind::counter,
         {"what", what}, reading);
  };
  refused("connections", [this] { return legacy.refused(); });
  refused("requests", [this] { return legacy_relay.counters().requests_refused; });
}

// Between nodes: on this one it has been found good.
asio::awaitable<core::Result<void>> Service::State::check_elsewhere(
    State& state, MemberPointer member, std::shared_ptr<socketio::Socket> socket) {
  auto nonce = member->proven_key ? nonce_of(socket->handshake()) : std::string();
  auto prepared = co_await state.others->prepare(member->account());
  if (!prepared) co_return prepared;
  auto checked = co_await state.others->check_hello(member->account(), member->device_id, std::move(nonce));
  if (!checked) co_return checked;
  // It may have been revoked on another node meanwhile.
  const auto device = state.store.find_device(member->account(), member->device_id);
  const bool revoked = member->proven_key && device && *device && (*device)->revoked;
  if (revoked) co_return core::failure(identity::IdentityError::device_revoked);
  co_return core::Result<void>();
}

core::Result<void> Service::State::join_cluster(asio::any_io_executor executor,
                                                const std::filesystem::path& database) {
  auto opened = ClusterNode::open(std::move(executor),
                                  {store, nonces, directory, presence, pairing, sockets, legacy_relay},
                                  database, options);
  if (!opened) return core::failure(opened.error());
  cluster = opened->get();
  others = std::move(*opened);
  api.report("cluster", [node = cluster] { return core::json::value(node->health()); });
  monitoring.add_check([node = cluster] { return node->obstacle(); });
  cluster->start();
  return {};
}

// With Redis each shard is a node like any other.
core::Result<void> Service::State::join_others(asio::any_io_executor executor,
                                               const std::filesystem::path& database) {
  if (options.shards) join_shards();
  if (!options.redis_url.empty() || options.shards) {
    legacy.list_elsewhere(directory,
                          [this](std::string account) { return others->prepare(std::move(account)); });
  }
  if (!options.redis_url.empty()) return join_cluster(std::move(executor), database);
  if (!options.shards) return {};
  auto opened = ShardNode::open({store, nonces, directory, presence, pairing, sockets, legacy_relay},
                                database, options);
  if (!opened) return core::failure(opened.error());
  others = std::move(*opened);
  return {};
}

void Service::State::join_shards() {
  options.shards->set_reporter(options.shard,
                               {[this] { return api.health(); }, [this] { return monitoring.obstacles(); },
                                [this] { return monitoring.metrics().snapshot(); }});
  api.answer_for(options.shards.get());
  monitoring.answer_for(options.shards.get());
}

asio::awaitable<socketio::Admitted> Service::State::admit(State& state,
                                                          std::shared_ptr<socketio::Socket> socket) {
  auto member = co_await state.admission.admit(socket->handshake());
  auto& metrics = state.monitoring.metrics();
  metrics.add(Count::sign_ins, member ? "ok" : member.error().error.code());
  if (!member) {
    auto& [error, extra] = member.error();
    if (error.is(SignalingError::rate_limited)) metrics.add(Count::rate_limited, "connects");
    core::logger("signaling")->info("a socket was refused: {} ({})", error.code(), error.detail());
    co_return tl::unexpected(socketio::Refusal(error, std::move(extra)));
  }
  if (state.others) {
    const auto checked = co_await check_elsewhere(state, *member, socket);
    if (!checked) co_return core::failure(checked.error());
  }
  socket->data = std::move(*member);
  co_return socketio::Admitted();
}

void Service::State::accept(const std::shared_ptr<socketio::Socket>& socket) {
  const auto member = member_of(*socket);
  member->socket = socket;
  member->socket_id = socket->id();
  // Several hellos may have been let in at the same time as there was room for one.
  if (!rooms.check_space(member->account()) || !rooms.check_address(member->address))
    return socket->disconnect(true);
  router.enroll(*member);
  presence.arrived(member);
  counts.arrived(*member);
  expiry.add(member);
  core::logger("signaling")
      ->info("connected socket={} account={} device={} client={}", member->socket_id, member->account(),
             member->device_id, member->client_type);
  // The handlers live in the socket, which holds the member: small enough to need no memory of their own.
  auto* const owner = socket.get();
  socket->on_any([this, owner](const socketio::Event& event) { router.dispatch(member_of(*owner), event); });
  socket->on_disconnect([this, owner](std::string_view reason) { leave(member_of(*owner), reason); });
  greet(*member);
}

MemberPointer Service::State::member_of(const socketio::Socket& socket) {
  return std::static_pointer_cast<Member>(socket.data);
}

void Service::State::leave(const MemberPointer& member, std::string_view reason) {
  expiry.remove(member);
  legacy_relay.left(*member);
  counts.left(*member);
  presence.left(member, reason);
  monitoring.metrics().add(Count::disconnects, reason);
  const auto stayed = std::chrono::duration<double>(options.clock() - member->connected_at);
  core::logger("signaling")
      ->info("disconnected socket={} account={} device={} after={:.1f}s reason=\"{}\"", member->socket_id,
             member->account(), member->device_id, stayed.count(), reason);
}

void Service::State::greet(const Member& member) const {
  constexpr std::size_t kUsual = 256;
  std::string info = "{";
  info.reserve(kUsual);
  core::append_json_member(info, "serverId", server_id);
  core::append_json_member(info, "account", member.account());
  core::append_json_member(info, "socketId", member.socket_id);
  core::append_json_member(info, "version", PANTHEON_VERSION);
  core::append_json_member(info, "mode", to_text(options.mode));
  info.push_back('}');
  member.emit_text("server-info", info);
}

core::json::object Service::State::legacy_report() const {
  const auto& passed = legacy_relay.counters();
  return {{"mode", name_of(options.legacy)},
          {"refusedConnections", legacy.refused()},
          {"requestsToGeneration1", passed.requests_to_generation1},
          {"requestsToHosts", passed.requests_to_hosts},
          {"requestsRefused", passed.requests_refused},
          {"requestsTimedOut", passed.requests_timed_out},
          {"signals", passed.signals}};
}

asio::awaitable<EventResult> Service::State::renew(State& state, MemberPointer member,
                                                   socketio::Event event) {
  auto payload = object_argument(event);
  if (!payload) co_return core::failure(payload.error());
  if (member->renewing) co_return tl::unexpected(rate_limited(kRenewalPause, "one renewal at a time"));
  member->renewing = true;
  auto result = co_await state.admission.renew(member, std::move(*payload));
  member->renewing = false;
  // The socket may have gone meanwhile: then nobody would take it off the list again.
  if (result && member->socket.lock() && member->socket.lock()->connected()) state.expiry.update(member);
  co_return result;
}

// Of both kinds in each batch, so that none of them waits for the end and comes as one storm.
std::size_t Service::State::close_some(std::size_t count) {
  const auto all = sockets.connections() + legacy.connections();
  const auto of_legacy = all == 0 ? 0 : (count * legacy.connections() + all - 1) / all;
  const auto closed = legacy.close_some(of_legacy);
  return closed + sockets.close_some(count - std::min(count, closed));
}

asio::awaitable<void> Service::State::sweep(State& state) {
  for (int count = 0;; ++count) {
    if (count % kCleanEverySweeps == 0) state.tokens.clean();
    const bool awake = co_await core::sleep_for(std::chrono::seconds(1));
    if (!awake) co_return;
    state.expiry.sweep();
    if (state.others) state.others->sweep();
    state.legacy_relay.sweep();
  }
}

core::Result<std::unique_ptr<Service>> Service::open(asio::any_io_executor executor,
                                                     const std::filesystem::path& database, Options options) {
  auto shared_keys = auth::SharedKeys::parse(options.auth_key, options.auth_keys);
  if (!shared_keys) return core::failure(shared_keys.error());
  auto providers = auth::make_identity_providers(executor, options.sign_in, options.clock);
  if (!providers) return core::failure(providers.error());
  auto store = store::DeviceStore::open(database);
  if (!store) return core::failure(store.error());
  auto keys = load_keys(*store, options);
  if (!keys) return core::failure(keys.error());
  auto state = std::make_unique<State>(executor, std::move(*store), std::move(*keys), std::move(*shared_keys),
                                       std::move(*providers), std::move(options));
  if (auto joined = state->join_others(executor, database); !joined) return core::failure(joined.error());
  state->start();
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::~Service() = default;

void Service::attach(http::Server& server) {
  state_->origins.add_to(server);
  state_->monitoring.add_to(server);
  server.before([state = state_.get()](const http::Request& request) -> std::optional<http::Response> {
    if (!state->monitoring.draining()) return std::nullopt;
    const bool is_generation1 = request.path != kSocketIoPath && http::wants_websocket(request);
    if (!is_generation1 && !opens_session(request)) return std::nullopt;
    auto response = http::error_response(core::Error(SignalingError::draining));
    response.headers.set("Retry-After", "1");
    return response;
  });
  state_->http_limits.add_to(server);
  state_->sockets.attach(server, kSocketIoPath);
  state_->tokens.add_to(server);
  state_->pairing.add_to(server);
  state_->api.add_to(server);
  state_->legacy.add_to(server);
  state_->web_app.add_to(server);
}

asio::awaitable<void> Service::drain(std::chrono::milliseconds spread) {
  state_->monitoring.begin_draining();
  const auto total = state_->sockets.connections() + state_->legacy.connections();
  core::logger("signaling")->info("draining {} connections within {} ms", total, spread.count());
  state_->sockets.of("/").select({}).local().emit("server-draining",
                                                  {core::json::object{{"withinMs", spread.count()}}});
  const auto batches = static_cast<std::size_t>(std::max<std::int64_t>(1, spread / kBatchPause));
  const auto batch = std::max(kSmallestBatch, (total + batches - 1) / batches);
  while (state_->close_some(batch) > 0) {
    const bool awake = co_await core::sleep_for(kBatchPause);
    if (!awake) co_return;
  }
}

asio::awaitable<void> Service::stop() {
  state_->tasks.cancel();
  co_await state_->authenticator.stop();
  co_await state_->tasks.join();
  co_await state_->legacy_relay.stop();
  co_await state_->legacy.stop();
  co_await state_->sockets.stop();
  if (state_->others) co_await state_->others->stop();
}

asio::awaitable<core::Result<void>> Service::wait_joined(std::chrono::milliseconds patience) {
  if (state_->cluster == nullptr) co_return core::Result<void>();
  auto joined = co_await state_->cluster->wait_joined(std::chrono::steady_clock::now() + patience);
  co_return joined;
}

bool Service::nobody_can_enter() const {
  const auto& options = state_->options;
  const auto& providers = options.sign_in;
  const bool has_credentials =
      options.dev || !options.auth_key.empty() || !options.auth_keys.empty() || providers.any();
  return !has_credentials && !state_->store.has_devices().value_or(true);
}

const std::string& Service::server_id() const {
  return state_->server_id;
}
std::string Service::owner_account() const {
  return auth::account_id("local", state_->server_id, "owner");
}

core::Result<DeviceTokens> Service::issue_owner_token(const std::string& device_id,
                                                      const identity::PublicKey& public_key,
                                                      const std::string& name, const std::string& platform) {
  using identity::IdentityError;
  if (auto valid = identity::check_device_id(device_id); !valid) return core::failure(valid.error());
  const auto account = owner_account();
  const auto key = identity::to_text(public_key);
  const auto known = state_->store.find_device(account, device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return core::failure(IdentityError::device_revoked);
  if (*known && (*known)->public_key != key) return core::failure(IdentityError::key_changed);
  const auto now = state_->options.clock();
  const auto saved = state_->store.save_device({account, device_id, key, name, platform, now, now, 0, false});
  if (!saved) return core::failure(saved.error());
  const auto device = state_->store.find_device(account, device_id);
  if (!device) return core::failure(device.error());
  return state_->tokens.issue(**device);
}

void Service::set_server_device(const std::string& device_id) {
  state_->devices.set_server_device(owner_account(), device_id);
}

std::size_t Service::connected_sockets() const {
  return state_->rooms.sockets();
}
std::size_t Service::connected_accounts() const {
  return state_->rooms.accounts();
}
Metrics& Service::metrics() {
  return state_->monitoring.metrics();
}

}  // namespace pantheon::signaling
