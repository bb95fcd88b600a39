#include "app/up.hpp"

#include <algorithm>

#include "app/account.hpp"
#include "app/error.hpp"
#include "app/model_host.hpp"
#include "app/shown_link.hpp"
#include "app/shown_origins.hpp"
#include "app/signaling_server.hpp"
#include "core/async_event.hpp"
#include "http/url.hpp"
#include "platform/network.hpp"
#include "session/account_client.hpp"

namespace pantheon::app {
namespace {

constexpr std::chrono::seconds kSignInPatience{20};
// No event says that the machine was asleep, or is in another network.
constexpr std::chrono::seconds kLookAgain{15};

std::string origin_of(const std::string& host, std::uint16_t port) {
  return http::Url{"http", host, port}.origin();
}

}  // namespace

struct Up::State {
  State(asio::any_io_executor ex, UpOptions set, UpEvents listener)
      : executor(ex),
        options(std::move(set)),
        events(std::move(listener)),
        tasks(ex),
        http(ex),
        changed(ex) {}

  bool at_home() const { return options.server.empty(); }
  asio::awaitable<core::Result<void>> start_signaling();
  asio::awaitable<core::Result<void>> join();
  void start_session();
  asio::awaitable<core::Result<void>> wait_online();
  asio::awaitable<core::Result<void>> make_link();
  asio::awaitable<void> keep_link();
  void note_origins();
  session::AccountEvents session_events();
  std::vector<std::string> origins() const;
  UpEvents::Reach reach() const;
  std::string own_url() const;
  void announce();
  void store_book();

  asio::any_io_executor executor;
  UpOptions options;
  UpEvents events;
  core::TaskGroup tasks;
  http::Client http;
  core::AsyncEvent changed;
  std::optional<DeviceState> device;
  std::unique_ptr<SignalingServer> signaling;
  std::unique_ptr<Account> account;
  std::unique_ptr<ModelHost> models;
  std::unique_ptr<session::AccountClient> session;
  ShownLink link;
  ShownOrigins shown_origins;
  bool online = false;
  std::optional<core::Error> refused;
};

std::string Up::State::own_url() const {
  const auto& bind = options.bind_address;
  return origin_of(signaling->is_everywhere() ? "127.0.0.1" : bind, signaling->port());
}

std::vector<std::string> Up::State::origins() const {
  if (!at_home()) return {options.server};
  if (!signaling->is_everywhere()) return {own_url()};
  std::vector<std::string> list;
  for (const auto& address : platform::lan_addresses()) list.push_back(origin_of(address, signaling->port()));
  if (list.empty()) list.push_back(own_url());
  return list;
}

UpEvents::Reach Up::State::reach() const {
  const auto url = http::parse_url(shown_origins.list().front());
  if (url && http::is_loopback(url->host)) return UpEvents::Reach::this_computer;
  const bool near = at_home() || (url && http::is_private(url->host));
  return near ? UpEvents::Reach::this_network : UpEvents::Reach::anywhere;
}

asio::awaitable<core::Result<void>> Up::State::start_signaling() {
  SignalingServerOptions settings;
  settings.bind_address = options.bind_address;
  settings.port = options.port;
  settings.database = options.data_folder / "signaling.db";
  settings.signaling.mode = signaling::Mode::home;
  settings.signaling.dev = options.dev;
  settings.signaling.proxies = signaling::Proxies::none();  // at home nothing stands in front of it
  for (const auto& server : options.ice_servers) {
    settings.signaling.ice_servers.push_back({server.urls, server.username, server.credential});
  }
  auto started = SignalingServer::start(executor, std::move(settings));
  if (!started) co_return core::failure(started.error());
  signaling = std::move(*started);
  co_return core::Result<void>{};
}

asio::awaitable<core::Result<void>> Up::State::join() {
  if (at_home()) {
    auto joined = join_at_home(*device, signaling->service(), options);
    if (!joined) co_return core::failure(joined.error());
    account = std::move(*joined);
    co_return core::Result<void>{};
  }
  auto joined = co_await join_elsewhere(executor, *device, http, options);
  if (!joined) co_return core::failure(joined.error());
  account = std::move(*joined);
  co_return core::Result<void>{};
}

session::AccountEvents Up::State::session_events() {
  session::AccountEvents on;
  on.on_online = [this](const std::string&) {
    online = true;
    refused.reset();
    link.forget();  // a server that was away may have forgotten the code
    changed.notify();
    (void)shown_origins.note(origins());
    if (events.on_online) events.on_online(shown_origins.list(), reach());
  };
  on.on_offline = [this](std::string_view reason) {
    if (std::exchange(online, false) && events.on_offline) events.on_offline(std::string(reason));
  };
  on.on_error = [this](const core::Error& error) {
    refused = error;
    changed.notify();
    if (events.on_error) events.on_error(error);
  };
  on.on_paired = [this](const session::PairingVoucher::Newcomer& newcomer) {
    link.use();
    changed.notify();
    if (events.on_paired) events.on_paired(newcomer.name, newcomer.platform);
  };
  on.on_peer_connected = [this](const session::PeerIdentity& peer) {
    if (events.on_peer) events.on_peer(peer.name, true);
  };
  on.on_peer_disconnected = [this](const std::string& name) {
    if (events.on_peer) events.on_peer(name, false);
  };
  on.on_book_changed = [this] { store_book(); };
  return on;
}

void Up::State::start_session() {
  session::AccountSettings settings;
  settings.server_url = at_home() ? own_url() : options.server;
  settings.device_id = account->key.device_id();
  settings.name = options.name;
  settings.platform = platform::platform_name();
  settings.rtc = {options.ice_servers, options.rtc_bind_address, options.rtc_ports};
  settings.own_statements = account->membership.statements;
  settings.serve = models->host().exchange_handler();
  settings.serve_json = models->host().json_handler();
  settings.serve_relayed = options.serve_relayed;
  settings.renews = account->gives_newer;
  if (auto* const tokens = account->tokens.get()) settings.replace_token = [tokens] { tokens->replace(); };
  session = std::make_unique<session::AccountClient>(executor, std::move(settings), account->key,
                                                     account->membership.book, account->credentials,
                                                     session_events());
  models->host().on_change([this] { announce(); });
  announce();
  session->start();
}

void Up::State::announce() {
  const auto& host = models->host();
  session->announce(host.hosting(), host.announced_models(),
                    [this](const session::PeerIdentity& peer) { return models->host().catalogue(peer); });
}

void Up::State::store_book() {
  const auto saved = device->save(account->key_in_state, account->membership);
  if (!saved && events.on_error) events.on_error(saved.error());
}

asio::awaitable<core::Result<void>> Up::State::wait_online() {
  const auto deadline = std::chrono::steady_clock::now() + kSignInPatience;
  while (!online && std::chrono::steady_clock::now() < deadline) {
    // A refusal is final; a server that is not there yet is tried again.
    if (refused && refused->http_status() == 401) co_return core::failure(*refused);
    const bool alive = co_await changed.wait_until(deadline);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  if (!online && at_home()) co_return core::failure(AppError::signaling_unreachable, own_url());
  co_return core::Result<void>{};
}

asio::awaitable<core::Result<void>> Up::State::make_link() {
  if (const auto old = link.take()) session->close_pairing(old->code);
  note_origins();
  auto origin = shown_origins.list().front();
  auto fresh = co_await session->open_pairing(std::move(origin));
  if (!fresh) {
    changed.notify();
    co_return core::failure(fresh.error());
  }
  if (const auto old = link.take()) session->close_pairing(old->code);  // another caller was quicker
  link.show(*fresh, core::wall_now() + session::PairingVoucher::kLifetime);
  if (events.on_link) events.on_link(identity::to_text(*fresh), session::PairingVoucher::kLifetime);
  co_return core::Result<void>{};
}

// In another network the web app and the link are elsewhere.
void Up::State::note_origins() {
  if (shown_origins.note(origins()) && online && events.on_online)
    events.on_online(shown_origins.list(), reach());
}

// A link works once and for ten minutes: when it is used up, has expired or leads nowhere, the next is shown.
asio::awaitable<void> Up::State::keep_link() {
  for (;;) {
    note_origins();
    if (online && link.is_due(shown_origins.list().front(), core::wall_now())) {
      const auto made = co_await make_link();
      if (!made && events.on_error) events.on_error(made.error());
      if (!made && !co_await core::sleep_for(std::chrono::seconds(5))) co_return;
      continue;
    }
    const bool alive = co_await changed.wait_until(std::chrono::steady_clock::now() + kLookAgain);
    if (!alive) co_return;
  }
}

Up::Up(asio::any_io_executor executor, UpOptions options, UpEvents events)
    : state_(std::make_shared<State>(std::move(executor), std::move(options), std::move(events))) {}

Up::~Up() = default;

asio::awaitable<core::Result<void>> Up::start() {
  const auto state = state_;
  auto opened = DeviceState::open(state->options.data_folder);
  if (!opened) co_return core::failure(opened.error());
  state->device.emplace(std::move(*opened));
  if (state->at_home()) {
    const auto served = co_await state->start_signaling();
    if (!served) co_return core::failure(served.error());
  }
  const auto joined = co_await state->join();
  if (!joined) co_return core::failure(joined.error());
  const auto& note = state->account->note;
  if (!note.empty() && state->events.on_note) state->events.on_note(note);
  state->models = std::make_unique<ModelHost>(state->executor, state->options, state->events,
                                              state->account->key.device_id());
  const auto found = co_await state->models->start();
  if (!found) co_return core::failure(found.error());
  state->start_session();
  const auto online = co_await state->wait_online();
  if (!online) co_return core::failure(online.error());
  state->tasks.spawn(state->keep_link());
  co_return core::Result<void>{};
}

asio::awaitable<void> Up::stop() {
  const auto state = state_;
  state->events = {};  // what ends from here on, ends because we stop
  state->tasks.cancel();
  co_await state->tasks.join();
  if (state->session) co_await state->session->stop();
  if (state->models) co_await state->models->stop();
  if (state->signaling) co_await state->signaling->stop();
}

asio::awaitable<core::Result<void>> Up::renew_link() {
  return state_->make_link();
}

}  // namespace pantheon::app
