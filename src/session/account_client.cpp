#include "session/account_client.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <map>

#include "core/async_event.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "http/client.hpp"
#include "session/error.hpp"
#include "session/peer_channel.hpp"
#include "session/relayed_requests.hpp"
#include "session/token_renewal.hpp"
#include "socketio/client.hpp"

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostChannels = 128;
constexpr int kDialAttempts = 3;
constexpr std::chrono::seconds kReadyPatience{10};
constexpr std::chrono::seconds kBackAfter{1};

socketio::ClientOptions signaling_options(const std::string& server_url) {
  socketio::ClientOptions options;
  options.url = server_url;
  return options;
}

const core::json::object* first_object(const socketio::Event& event) {
  return event.args.empty() ? nullptr : event.args.front().if_object();
}

/// `{ ok: true, ... }` of an ack, or the error it names.
core::Result<core::json::object> ok_of(const core::Result<core::json::array>& ack) {
  if (!ack) return core::failure(ack.error());
  const auto* object = ack->empty() ? nullptr : ack->front().if_object();
  if (object == nullptr) return core::failure(core::CommonError::invalid_json, "empty acknowledgement");
  if (core::get_bool(*object, "ok") != true) {
    return core::failure(core::CommonError::unavailable,
                         std::string(core::get_string(*object, "message").value_or("refused by the server")));
  }
  return *object;
}

}  // namespace

struct AccountClient::State : std::enable_shared_from_this<AccountClient::State> {
  State(asio::any_io_executor executor, AccountSettings set, identity::DeviceKey key, identity::KeyBook& keys,
        CredentialsProvider provider, AccountEvents listener);

  struct Channel {
    std::unique_ptr<PeerChannel> peer;
    PeerIdentity identity;  ///< once it is ready
    bool initiator = false;
    bool ready = false;
    int waiting = 0;  ///< calls of connect() that wait for it
    std::optional<core::Error> failed;
  };

  void listen();
  void on_ended(std::string_view reason);
  static asio::awaitable<void> come_back(std::shared_ptr<State> state);
  void on_server_info(const core::json::object& info);
  void on_connect_error(const core::json::object& error);
  void on_signal(const core::json::object& message);
  void on_offer(const std::string& socket, PeerEntry peer, const core::json::object& signal);
  void on_revoked(const core::json::object& message);
  void on_pairing_request(const socketio::Event& event);
  Channel& make_channel(const std::string& socket, PeerEntry peer, bool initiator);
  void send_signal(const std::string& socket, const std::string& device, core::json::object signal);
  void send_announcement();
  void push_announcement(const Channel& channel) const;
  void note_book();
  static asio::awaitable<core::Result<LinkChannel*>> wait_ready(std::shared_ptr<State> state,
                                                                std::string socket);
  void drop(const std::string& socket, PeerChannel* which, std::optional<core::Error> error);

  AccountSettings settings;
  AccountEvents events;
  identity::KeyBook& book;
  core::TaskGroup tasks;
  PeerContext context;
  http::Client http;
  socketio::Client signaling;
  TokenRenewal renewal;
  PairingVoucher voucher;
  RelayedRequests relayed;
  PeerDirectory directory;
  std::map<std::string, Channel> channels;  ///< by the peer's socket id
  core::AsyncEvent changed;                 ///< a channel became ready or failed
  std::string instance;
  std::uint64_t book_revision = 0;
  bool account_confirmed =
      false;  ///< the server named the account we belong to; before that nobody is served
  bool hosting = false;
  core::json::array models;
  CatalogueFor catalogue;
  bool stopped = false;
};

namespace {

template <class State>
asio::awaitable<core::Result<core::json::object>> introduce(State* state, Credentials credentials) {
  SignInDevice device{state->settings.server_url, state->settings.device_id, state->instance,
                      state->settings.name,       state->settings.platform,  state->relayed.enabled(),
                      state->settings.renews};
  co_return co_await sign_in(state->http, std::move(device), state->context.key, std::move(credentials));
}

}  // namespace

AccountClient::State::State(asio::any_io_executor executor, AccountSettings set, identity::DeviceKey key,
                            identity::KeyBook& keys, CredentialsProvider provider, AccountEvents listener)
    : settings(std::move(set)),
      events(std::move(listener)),
      book(keys),
      tasks(executor),
      context{tasks,        key, settings.device_id, keys.account(),     keys, settings.own_statements,
              settings.rtc, {},  settings.serve,     settings.serve_json},
      http(executor),
      signaling(executor, signaling_options(settings.server_url), [this] { return renewal.sign_in(); }),
      renewal(tasks, signaling, std::move(provider),
              [this](Credentials chosen) { return introduce(this, std::move(chosen)); }),
      voucher(context.key, settings.device_id, settings.name, keys,
              [this](const PairingVoucher::Newcomer& newcomer) {
                note_book();
                if (events.on_paired) events.on_paired(newcomer);
              }),
      relayed(tasks, settings.serve_relayed ? settings.serve_json : JsonRequestHandler(), keys),
      changed(executor),
      instance(core::random_id()),
      book_revision(keys.revision()) {
  voucher.set_account(keys.account());
}

void AccountClient::State::listen() {
  signaling.on_disconnect([this](std::string_view reason) { on_ended(reason); });
  if (settings.renews) signaling.on("renew", [this](const socketio::Event&) { renewal.asked(); });
  signaling.on_connect_error([this](const core::json::object& error) { on_connect_error(error); });
  const auto on_object = [this](const char* name, void (State::*handler)(const core::json::object&)) {
    signaling.on(name, [this, handler](const socketio::Event& event) {
      if (const auto* object = first_object(event)) (this->*handler)(*object);
    });
  };
  on_object("server-info", &State::on_server_info);
  on_object("webrtc-signal", &State::on_signal);
  on_object("device-revoked", &State::on_revoked);
  signaling.on("legacy-request", [this](const socketio::Event& event) {
    if (!account_confirmed) return event.ack({core::json::object{{"success", false}}});
    relayed.answer(event);
  });
  signaling.on("pairing-request", [this](const socketio::Event& event) { on_pairing_request(event); });
  const auto on_list = [this](const socketio::Event& event) {
    if (const auto* list = event.args.empty() ? nullptr : event.args.front().if_array())
      directory.replace(*list);
    if (events.on_peers_changed) events.on_peers_changed();
  };
  signaling.on("existing-peers", on_list);
  signaling.on("peer-list", on_list);
  signaling.on("peer-joined", [this](const socketio::Event& event) {
    if (const auto* peer = first_object(event)) directory.add(*peer);
    if (events.on_peers_changed) events.on_peers_changed();
  });
  signaling.on("peer-left", [this](const socketio::Event& event) {
    if (const auto* peer = first_object(event)) directory.remove(*peer);
    if (events.on_peers_changed) events.on_peers_changed();
  });
}

void AccountClient::State::on_ended(std::string_view reason) {
  account_confirmed = false;
  directory.clear();
  if (events.on_offline) events.on_offline(reason);
  // Not the connection broke: the token's time was over, or this device was removed. The next sign-in tells.
  if (reason == "io server disconnect" && !stopped) tasks.spawn(come_back(shared_from_this()));
}

asio::awaitable<void> AccountClient::State::come_back(std::shared_ptr<State> state) {
  for (;;) {
    const bool alive = co_await core::sleep_for(kBackAfter);
    if (!alive || state->stopped || state->signaling.connected()) co_return;
    state->signaling.start();  // nothing happens while it still ends, or tries by itself
  }
}

void AccountClient::State::on_server_info(const core::json::object& info) {
  const std::string account(core::get_string(info, "account").value_or(""));
  if (account != context.account) {
    if (events.on_error) {
      events.on_error(
          core::Error(SessionError::token_refused, "the server says this device is of another account"));
    }
    return;
  }
  account_confirmed = true;
  (void)signaling.emit("join-account", {});
  send_announcement();
  if (events.on_online) events.on_online(account);
}

void AccountClient::State::on_connect_error(const core::json::object& error) {
  if (events.on_error) events.on_error(connect_error(error));
}

void AccountClient::State::on_signal(const core::json::object& message) {
  const std::string device(core::get_string(message, "fromUserId").value_or(""));
  std::string socket(core::get_string(message, "fromSocketId").value_or(""));
  const auto* signal = core::get_object(message, "signal");
  if (signal == nullptr || device.empty() || stopped || !account_confirmed) return;
  if (socket.empty()) socket = device;  // older servers
  const auto found = channels.find(socket);
  if (core::get_string(*signal, "type") == "offer" &&
      (found == channels.end() || !found->second.peer || !found->second.peer->is_offer_of_this(*signal))) {
    auto peer = directory.by_socket(socket).value_or(PeerEntry{});
    peer.socket_id = socket;
    peer.device_id = device;
    return on_offer(socket, std::move(peer), *signal);
  }
  if (found != channels.end() && found->second.peer) found->second.peer->signal(*signal);
}

void AccountClient::State::on_offer(const std::string& socket, PeerEntry peer,
                                    const core::json::object& signal) {
  const auto found = channels.find(socket);
  // A link of ours with streams on it is not given up for an offer; of two that dial at once, the smaller
  // id's stands.
  if (found != channels.end() && found->second.initiator && found->second.ready) return;
  if (found != channels.end() && found->second.initiator && !found->second.ready &&
      settings.device_id < peer.device_id) {
    return;
  }
  if (found == channels.end() && channels.size() >= kMostChannels) {
    core::logger("session")->warn("offer of {} refused: {} peers are connected", peer.device_id,
                                  channels.size());
    return;
  }
  make_channel(socket, std::move(peer), false).peer->signal(signal);
}

AccountClient::State::Channel& AccountClient::State::make_channel(const std::string& socket, PeerEntry peer,
                                                                  bool initiator) {
  auto& channel = channels[socket];
  channel = {};
  channel.initiator = initiator;
  PeerChannelCallbacks on;
  const std::weak_ptr<State> weak = weak_from_this();
  const auto which = std::make_shared<PeerChannel*>(nullptr);
  on.send_signal = [weak, socket, device = peer.device_id](core::json::object signal) {
    if (const auto self = weak.lock()) self->send_signal(socket, device, std::move(signal));
  };
  on.on_ready = [weak, socket](const PeerIdentity& identity) {
    const auto self = weak.lock();
    if (!self) return;
    const auto found = self->channels.find(socket);
    if (found == self->channels.end()) return;
    auto& ready = found->second;
    ready.ready = true;
    ready.identity = identity;
    self->note_book();
    if (self->hosting) self->push_announcement(ready);
    if (self->events.on_peer_connected) self->events.on_peer_connected(identity);
    self->changed.notify();
  };
  on.on_closed = [weak, socket, which](std::optional<core::Error> error) {
    if (const auto self = weak.lock()) self->drop(socket, *which, std::move(error));
  };
  channel.peer = std::make_unique<PeerChannel>(context, initiator, std::move(peer), std::move(on));
  *which = channel.peer.get();
  return channel;
}

void AccountClient::State::drop(const std::string& socket, PeerChannel* which,
                                std::optional<core::Error> error) {
  const auto found = channels.find(socket);
  if (found == channels.end() || found->second.peer.get() != which) return;  // replaced by a newer attempt
  auto& channel = found->second;
  if (error)
    core::logger("session")->info("peer {} is gone: {}", channel.peer->peer().device_id, error->code());
  if (channel.ready && events.on_peer_disconnected) events.on_peer_disconnected(channel.peer->peer().name);
  if (channel.initiator && !channel.ready && channel.waiting > 0) {
    channel.failed = error ? *error : core::Error(SessionError::connect_failed);
    channel.peer.reset();  // connect() reads the reason and removes the entry
  } else {
    channels.erase(found);
  }
  changed.notify();
}

void AccountClient::State::send_signal(const std::string& socket, const std::string& device,
                                       core::json::object signal) {
  core::json::object message{{"targetUserId", device}, {"signal", std::move(signal)}};
  if (socket != device) message["toSocketId"] = socket;
  (void)signaling.emit("webrtc-signal", {std::move(message)});
}

void AccountClient::State::on_revoked(const core::json::object& message) {
  const auto* object = core::get_object(message, "statement");
  if (object == nullptr) return;
  const auto statement = identity::Statement::parse(*object);
  if (!statement) return;
  book.learn(std::span(&*statement, 1));
  note_book();
}

void AccountClient::State::on_pairing_request(const socketio::Event& event) {
  const auto* request = account_confirmed ? first_object(event) : nullptr;
  event.ack({voucher.answer(request == nullptr ? core::json::object{} : *request, core::wall_now())});
}

void AccountClient::State::send_announcement() {
  if (!signaling.connected() || !account_confirmed) return;
  (void)signaling.emit(
      "register", {core::json::object{{"userId", settings.device_id},
                                      {"isHosting", hosting},
                                      {"models", models},
                                      {"deviceInfo", core::json::object{{"name", settings.name},
                                                                        {"platform", settings.platform}}}}});
  if (hosting) (void)signaling.emit("announce-models", {core::json::object{{"models", models}}});
}

void AccountClient::State::note_book() {
  if (book.revision() == book_revision) return;
  book_revision = book.revision();
  for (auto& [socket, channel] : channels) {
    if (channel.peer && book.is_revoked(channel.peer->peer().device_id)) {
      channel.peer->close(link::LinkError::key_untrusted, "this device was removed from the account");
    }
  }
  if (events.on_book_changed) events.on_book_changed();
}

AccountClient::AccountClient(asio::any_io_executor executor, AccountSettings settings,
                             identity::DeviceKey key, identity::KeyBook& book,
                             CredentialsProvider credentials, AccountEvents events)
    : state_(std::make_shared<State>(std::move(executor), std::move(settings), std::move(key), book,
                                     std::move(credentials), std::move(events))) {
  state_->listen();
}

AccountClient::~AccountClient() {
  state_->channels.clear();
}

void AccountClient::start() {
  state_->signaling.start();
}

asio::awaitable<void> AccountClient::stop() {
  const auto state = state_;
  state->stopped = true;
  for (auto& [socket, channel] : state->channels) {
    if (channel.peer) channel.peer->close(link::LinkError::shutting_down, "Pantheon is stopping");
  }
  co_await core::sleep_for(50ms);  // lets the goodbyes leave
  state->channels.clear();
  state->tasks.cancel();
  co_await state->signaling.stop();
  co_await state->tasks.join();
}

bool AccountClient::online() const {
  return state_->signaling.connected();
}
std::vector<PeerEntry> AccountClient::peers() const {
  return state_->directory.all();
}

void AccountClient::State::push_announcement(const Channel& channel) const {
  if (!channel.peer || !channel.ready) return;
  if (auto* link = channel.peer->link(); link != nullptr && catalogue)
    link->push("catalogue", catalogue(channel.identity));
  channel.peer->push_models(models);
}

void AccountClient::announce(bool hosting, core::json::array models, CatalogueFor catalogue) {
  state_->hosting = hosting;
  state_->models = std::move(models);
  state_->catalogue = std::move(catalogue);
  state_->send_announcement();
  for (const auto& [socket, channel] : state_->channels) state_->push_announcement(channel);
}

asio::awaitable<core::Result<identity::PairingLink>> AccountClient::open_pairing(std::string origin) {
  const auto state = state_;
  auto link = state->voucher.open(std::move(origin), core::wall_now());
  core::json::array arguments{core::json::object{{"code", identity::to_text(link.code)}}};
  auto ack = co_await state->signaling.request("pairing-open", std::move(arguments), 10s);
  const auto opened = ok_of(ack);
  if (!opened) {
    state->voucher.close(link.code);
    co_return core::failure(opened.error());
  }
  co_return link;
}

void AccountClient::close_pairing(const identity::PairingCode& code) {
  state_->voucher.close(code);
  (void)state_->signaling.emit("pairing-close", {core::json::object{{"code", identity::to_text(code)}}});
}

asio::awaitable<core::Result<LinkChannel*>> AccountClient::State::wait_ready(std::shared_ptr<State> state,
                                                                             std::string socket) {
  const auto patience = std::chrono::steady_clock::now() + kReadyPatience;
  // A failure is kept for those who wait for it, and forgotten with the last of them.
  struct Waiting {
    State& state;
    const std::string& socket;
    Waiting(State& s, const std::string& id) : state(s), socket(id) { count(1); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
      count(-1);
      const auto found = state.channels.find(socket);
      if (found == state.channels.end() || found->second.ready || found->second.waiting > 0) return;
      state.channels.erase(found);
    }
    void count(int step) {
      const auto found = state.channels.find(socket);
      if (found != state.channels.end()) found->second.waiting += step;
    }
  };
  const Waiting waiting(*state, socket);
  for (;;) {
    const auto found = state->channels.find(socket);
    if (found == state->channels.end()) co_return core::failure(SessionError::connect_failed);
    auto& channel = found->second;
    if (channel.failed) co_return core::failure(*channel.failed);
    if (!channel.initiator) {
      co_return core::failure(SessionError::connect_failed,
                              "the other device is connected to this one already");
    }
    if (channel.ready) {
      auto* link = channel.peer->link();
      if (link == nullptr) co_return core::failure(SessionError::peer_too_old);
      co_return link;
    }
    if (std::chrono::steady_clock::now() >= patience) co_return core::failure(SessionError::connect_failed);
    const bool alive = co_await state->changed.wait_until(patience);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
}

asio::awaitable<core::Result<LinkChannel*>> AccountClient::connect(std::string device_id) {
  const auto state = state_;
  core::Error last(SessionError::peer_unavailable);
  for (int attempt = 0; attempt < kDialAttempts; ++attempt) {
    const auto peer = state->directory.by_device(device_id);
    if (!peer) co_return core::failure(SessionError::peer_unavailable);
    if (!state->channels.contains(peer->socket_id)) state->make_channel(peer->socket_id, *peer, true);
    auto link = co_await State::wait_ready(state, peer->socket_id);
    if (link || link.error().is(core::CommonError::cancelled)) co_return link;
    last = link.error();
  }
  co_return core::failure(last);
}

}  // namespace pantheon::session
