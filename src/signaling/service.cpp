#include "signaling/service.hpp"

#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/mark.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "identity/error.hpp"
#include "signaling/admission.hpp"
#include "signaling/cluster_node.hpp"
#include "signaling/devices.hpp"
#include "signaling/draining.hpp"
#include "signaling/error.hpp"
#include "signaling/http_api.hpp"
#include "signaling/http_limits.hpp"
#include "signaling/http_support.hpp"
#include "signaling/legacy_relay.hpp"
#include "signaling/legacy_server.hpp"
#include "signaling/models.hpp"
#include "signaling/monitoring.hpp"
#include "signaling/older_clients.hpp"
#include "signaling/origins.hpp"
#include "signaling/owner_device.hpp"
#include "signaling/pairing.hpp"
#include "signaling/presence.hpp"
#include "signaling/relay.hpp"
#include "signaling/server_keys.hpp"
#include "signaling/session_expiry.hpp"
#include "signaling/shard_group.hpp"
#include "signaling/shard_node.hpp"
#include "signaling/socket_options.hpp"
#include "signaling/web_app.hpp"
#include "socketio/server.hpp"

namespace pantheon::signaling {
namespace {

constexpr int kCleanEverySweeps = 600;
constexpr std::chrono::milliseconds kRenewalPause{1000};  // until the one under way has ended, about

/// Of the proof in a hello that has been found good.
std::string nonce_of(const socketio::Handshake& handshake) {
  if (!handshake.auth.is_object()) return {};
  const auto* proof = core::get_object(handshake.auth.get_object(), "proof");
  return proof == nullptr ? std::string() : std::string(core::get_string(*proof, "nonce").value_or(""));
}

}  // namespace

struct Service::State {
  State(asio::any_io_executor executor, store::DeviceStore opened, ServerKeys keys,
        auth::SharedKeys shared_keys, std::vector<std::unique_ptr<auth::IdentityProvider>> providers,
        Options given)
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
        router(options.limits),
        presence(executor, directory, options.list_refreshes),
        relay(directory, options.limits),
        models(directory, options.limits),
        pairing(store, tokens, rooms, options),
        devices(store, directory, pairing, options),
        expiry(options),
        api(rooms, authenticator, tokens, options, server_id),
        legacy_relay(executor, rooms, options),
        legacy(executor, router, rooms, admission, presence, expiry, legacy_relay, counts, api, options),
        older_clients(counts, legacy, legacy_relay, options.legacy),
        web_app(options.assets),
        origins(options.cors_origins),
        http_limits(options),
        sockets(executor, socket_options(options)),
        draining(monitoring, sockets, legacy),
        tasks(executor) {}

  void start();
  void watch();
  core::Result<void> join_others(asio::any_io_executor executor, const std::filesystem::path& database);
  core::Result<void> join_cluster(asio::any_io_executor executor, const std::filesystem::path& database);
  void join_shards();
  void accept(const std::shared_ptr<socketio::Socket>& socket);
  void greet(const Member& member) const;
  void leave(const MemberPointer& member, std::string_view reason);
  static MemberPointer member_of(const socketio::Socket& socket);
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
  EventRouter router;
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
  OlderClients older_clients;
  WebApp web_app;
  Origins origins;
  HttpLimits http_limits;
  socketio::Server sockets;
  Draining draining;
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
  api.report("legacy", [this] { return older_clients.report(); });
  router.on_slow("auth-renew", tasks, [this](MemberPointer member, socketio::Event event) {
    return renew(*this, std::move(member), std::move(event));
  });
  watch();
  older_clients.watch(monitoring.metrics());
  legacy.count_in(monitoring.metrics());
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

// Between nodes: on this one it has been found good.
asio::awaitable<core::Result<void>> Service::State::check_elsewhere(
    State& state, MemberPointer member, std::shared_ptr<socketio::Socket> socket) {
  auto nonce = member->proven_key ? nonce_of(socket->handshake()) : std::string();
  auto prepared = co_await state.others->prepare(member);
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
    legacy.list_elsewhere(
        directory, [this](MemberPointer member) { return others->prepare(std::move(member)); },
        [this](std::string account) { return others->open(std::move(account)); });
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
  if (member && state.others) {
    const auto checked = co_await check_elsewhere(state, *member, socket);
    if (!checked) member = tl::unexpected(EventFailure(checked.error()));
  }
  // Several hellos may have been let in at the same time as there was room for one.
  if (member) {
    const auto space = state.rooms.check_space((*member)->account());
    const auto place = space ? state.rooms.check_address((*member)->address) : space;
    if (!place) member = tl::unexpected(EventFailure(place.error()));
  }
  state.monitoring.metrics().signed_in(member ? nullptr : &member.error().error);
  if (!member) {
    auto& [error, extra] = member.error();
    core::logger("signaling")->info("a socket was refused: {} ({})", error.code(), error.detail());
    co_return tl::unexpected(refusal_of(socket->handshake(), error, std::move(extra)));
  }
  socket->data = std::move(*member);
  co_return socketio::Admitted();
}

void Service::State::accept(const std::shared_ptr<socketio::Socket>& socket) {
  const auto member = member_of(*socket);
  member->socket = socket;
  member->socket_id = socket->id();
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

asio::awaitable<EventResult> Service::State::renew(State& state, MemberPointer member,
                                                   socketio::Event event) {
  auto payload = object_argument(event);
  if (!payload) co_return core::failure(payload.error());
  if (member->renewing) co_return tl::unexpected(rate_limited(kRenewalPause, "one renewal at a time"));
  const core::Mark renewing(member->renewing);
  auto result = co_await state.admission.renew(member, std::move(*payload));
  // The socket may have gone meanwhile: then nobody would take it off the list again.
  if (result && member->socket.lock() && member->socket.lock()->connected()) state.expiry.update(member);
  co_return result;
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
  auto keys = load_server_keys(*store, options);
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
  state_->draining.add_to(server);
  state_->http_limits.add_to(server);
  state_->sockets.attach(server, kSocketIoPath);
  state_->tokens.add_to(server);
  state_->pairing.add_to(server);
  state_->api.add_to(server);
  state_->legacy.add_to(server);
  state_->web_app.add_to(server);
}

asio::awaitable<void> Service::drain(std::chrono::milliseconds spread) {
  return Draining::run(state_->draining, spread);
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
  const bool has_devices = options.keep_devices && state_->store.has_devices().value_or(true);
  return !has_credentials && !has_devices;
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
  const auto now = state_->options.clock();
  return signaling::issue_owner_token(
      state_->store, state_->tokens,
      {owner_account(), device_id, identity::to_text(public_key), name, platform, now, now, 0, false});
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
