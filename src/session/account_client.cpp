#include "session/account_client.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>

#include "core/log.hpp"
#include "core/random.hpp"
#include "http/client.hpp"
#include "session/error.hpp"
#include "session/insist.hpp"
#include "session/peer_channels.hpp"
#include "session/relayed_requests.hpp"
#include "session/token_renewal.hpp"
#include "socketio/client.hpp"

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kBackAfter{1};         // at first
constexpr std::chrono::seconds kBackAfterAtMost{60};  // where the server ends each session soon
constexpr std::chrono::minutes kTokenLifetime{15};    // at least
constexpr std::size_t kMostListed = 2048;             // statements

socketio::ClientOptions signaling_options(const std::string& server_url) {
  socketio::ClientOptions options;
  options.url = server_url;
  return options;
}

const core::json::object* first_object(const socketio::Event& event) {
  return event.args.empty() ? nullptr : event.args.front().if_object();
}

/// What a list of devices holds of statements, those made first at the beginning: a device that was removed
/// later could still remove others before.
std::vector<identity::Statement> statements_in(const core::json::object& listed) {
  std::vector<identity::Statement> all;
  const auto* devices = core::get_array(listed, "devices");
  if (devices == nullptr) return all;
  for (const auto& entry : *devices) {
    const auto* device = entry.if_object();
    const auto* array = device == nullptr ? nullptr : core::get_array(*device, "statements");
    if (array == nullptr) continue;
    for (auto& statement : identity::parse_statements(*array)) all.push_back(std::move(statement));
    if (all.size() >= kMostListed) break;
  }
  std::ranges::stable_sort(all, {}, [](const auto& statement) { return statement.claim().time; });
  return all;
}

}  // namespace

struct AccountClient::State : std::enable_shared_from_this<AccountClient::State> {
  /// Something that is asked of the server, or said to it, one at a time: what is wanted meanwhile goes with
  /// the next attempt, or anew.
  struct Question {
    std::uint64_t wanted = 0;
    std::uint64_t asked = 0;  ///< up to which of those
  };
  using Arguments = std::function<core::json::array()>;
  using Answered = std::function<void(const core::json::object&)>;

  State(asio::any_io_executor executor, AccountSettings set, identity::DeviceKey key, identity::KeyBook& keys,
        CredentialsProvider provider, AccountEvents listener);

  void listen();
  void on_renew();
  void on_ended(std::string_view reason);
  static asio::awaitable<void> come_back(std::shared_ptr<State> state);
  static asio::awaitable<void> enter(std::shared_ptr<State> state);
  static asio::awaitable<void> learn_list(std::shared_ptr<State> state);
  bool may_replace_token();
  void on_server_info(const core::json::object& info);
  void on_connect_error(const core::json::object& error);
  void on_revoked(const core::json::object& message);
  void on_pairing_request(const socketio::Event& event);
  void send_signal(const std::string& socket, const std::string& device, core::json::object signal);
  void send_announcement();
  core::json::array registration() const;
  static asio::awaitable<void> register_device(std::shared_ptr<State> state);
  static asio::awaitable<void> ask(std::shared_ptr<State> state, Question State::*which, std::string event,
                                   Arguments arguments, Answered answered);
  void note_book();
  PeerChannelsCallbacks channel_callbacks();

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
  std::shared_ptr<PeerChannels> channels;
  std::string instance;
  std::uint64_t book_revision = 0;
  bool account_confirmed =
      false;                  ///< the server named the account we belong to; before that nobody is served
  std::uint64_t entries = 0;  ///< into the account
  Question device_list;
  Question registering;
  std::optional<std::chrono::steady_clock::time_point> token_replaced_at;  ///< and not let in since
  bool coming_back = false;  ///< after the server ended the session
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
      channels(std::make_shared<PeerChannels>(context, directory, channel_callbacks())),
      instance(core::random_id()),
      book_revision(keys.revision()) {
  voucher.set_account(keys.account());
}

void AccountClient::State::listen() {
  signaling.on_disconnect([this](std::string_view reason) { on_ended(reason); });
  if (settings.renews) signaling.on("renew", [this](const socketio::Event&) { on_renew(); });
  signaling.on_connect_error([this](const core::json::object& error) { on_connect_error(error); });
  const auto on_object = [this](const char* name, void (State::*handler)(const core::json::object&)) {
    signaling.on(name, [this, handler](const socketio::Event& event) {
      if (const auto* object = first_object(event)) (this->*handler)(*object);
    });
  };
  on_object("server-info", &State::on_server_info);
  signaling.on("webrtc-signal", [this](const socketio::Event& event) {
    const auto* message = first_object(event);
    if (message != nullptr && account_confirmed && !stopped) channels->signal(*message);
  });
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

// The token ends by the server's clock, whatever ours says of it.
void AccountClient::State::on_renew() {
  if (settings.replace_token) settings.replace_token();
  renewal.asked();
}

void AccountClient::State::on_ended(std::string_view reason) {
  account_confirmed = false;
  directory.clear();
  relayed.cancel();
  if (events.on_offline) events.on_offline(reason);
  // Not the connection broke: the token's time was over, or this device was removed. The next sign-in tells.
  if (reason != "io server disconnect" || stopped || coming_back) return;
  coming_back = true;
  tasks.spawn(come_back(shared_from_this()));
}

asio::awaitable<void> AccountClient::State::come_back(std::shared_ptr<State> state) {
  for (auto wait = kBackAfter;; wait = std::min(2 * wait, kBackAfterAtMost)) {
    const bool alive = co_await core::sleep_for(wait);
    if (!alive || state->stopped || state->signaling.connected()) break;
    state->signaling.start();  // nothing happens while it still ends, or tries by itself
  }
  state->coming_back = false;
}

asio::awaitable<void> AccountClient::State::enter(std::shared_ptr<State> state) {
  const auto entry = ++state->entries;
  state->device_list = state->registering = {};  // those of the session before end by themselves
  const std::function<bool()> wanted = [state, entry] {
    return !state->stopped && state->entries == entry && state->signaling.connected();
  };
  const auto joined = co_await insist(state->signaling, "join-account", wanted);
  if (!joined) co_return;
  state->send_announcement();
  // Whoever was removed while this device was away, it has not heard of.
  co_await learn_list(state);
}

// As long as it takes, but for one session: the next one begins with all of it.
asio::awaitable<void> AccountClient::State::ask(std::shared_ptr<State> state, Question State::*which,
                                                std::string event, Arguments arguments, Answered answered) {
  auto& question = (*state).*which;
  if (question.wanted++ > 0) co_return;
  const auto entry = state->entries;
  const std::function<bool()> wanted = [state, entry] {
    return !state->stopped && state->entries == entry && state->signaling.connected();
  };
  const Arguments newest = [&question, arguments = std::move(arguments)] {
    question.asked = question.wanted;
    return arguments();
  };
  do {
    const auto answer = co_await insist(state->signaling, event, wanted, newest);
    if (!answer) break;
    answered(*answer);
  } while (question.asked != question.wanted);
  if (state->entries == entry) question = {};
}

asio::awaitable<void> AccountClient::State::learn_list(std::shared_ptr<State> state) {
  const Arguments nothing = [] { return core::json::array(); };
  const Answered learn = [state](const core::json::object& listed) {
    state->book.learn(statements_in(listed));
    state->note_book();
  };
  co_await ask(state, &State::device_list, "list-devices", nothing, learn);
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
  token_replaced_at.reset();
  tasks.spawn(enter(shared_from_this()));
  if (events.on_online) events.on_online(account);
}

// Once for each refusal, or a server that takes none would be asked for tokens without end; and again when
// that token may be over as well, of which a clock that is wrong says nothing.
bool AccountClient::State::may_replace_token() {
  const auto now = std::chrono::steady_clock::now();
  if (!settings.replace_token || (token_replaced_at && now - *token_replaced_at < kTokenLifetime))
    return false;
  token_replaced_at = now;
  return true;
}

void AccountClient::State::on_connect_error(const core::json::object& error) {
  if (const auto wait = asked_to_wait(error)) signaling.wait_before_next(*wait);
  if (token_is_over(error) && may_replace_token()) {
    core::logger("session")->info("the server wants a newer token");
    return settings.replace_token();
  }
  if (events.on_error) events.on_error(connect_error(error));
}

PeerChannelsCallbacks AccountClient::State::channel_callbacks() {
  PeerChannelsCallbacks on;
  on.send_signal = [this](const std::string& socket, const std::string& device, core::json::object signal) {
    send_signal(socket, device, std::move(signal));
  };
  on.on_learned = [this] { note_book(); };
  on.on_connected = [this](const PeerIdentity& identity) {
    if (events.on_peer_connected) events.on_peer_connected(identity);
  };
  on.on_disconnected = [this](const std::string& device_name) {
    if (events.on_peer_disconnected) events.on_peer_disconnected(device_name);
  };
  return on;
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
  if (!statement || statement->claim().type != identity::StatementType::revoke) return;
  book.learn(std::span(&*statement, 1));
  note_book();
  const auto& device_id = statement->claim().device_id;
  if (book.is_revoked(device_id)) return;
  // By a key that this device does not know, or not yet. What the server alone has said who it is, it may
  // take back; of the others the list says who vouched for that key.
  channels->close_unproven(device_id);
  tasks.spawn(learn_list(shared_from_this()));
}

void AccountClient::State::on_pairing_request(const socketio::Event& event) {
  const auto* request = account_confirmed ? first_object(event) : nullptr;
  event.ack({voucher.answer(request == nullptr ? core::json::object{} : *request, core::wall_now())});
}

void AccountClient::State::send_announcement() {
  if (!signaling.connected() || !account_confirmed) return;
  const auto& announcement = channels->announcement();
  tasks.spawn(register_device(shared_from_this()));
  if (!announcement.hosting) return;
  (void)signaling.emit("announce-models", {core::json::object{{"models", announcement.models}}});
}

core::json::array AccountClient::State::registration() const {
  const auto& announcement = channels->announcement();
  const core::json::object device{{"name", settings.name}, {"platform", settings.platform}};
  return {core::json::object{{"userId", settings.device_id},
                             {"isHosting", announcement.hosting},
                             {"models", announcement.models},
                             {"deviceInfo", device}}};
}

// A server that has too much to do would leave the others with what was so before.
asio::awaitable<void> AccountClient::State::register_device(std::shared_ptr<State> state) {
  const Arguments registration = [state] { return state->registration(); };
  const Answered nothing = [](const core::json::object&) {};
  co_await ask(state, &State::registering, "register", registration, nothing);
}

void AccountClient::State::note_book() {
  if (book.revision() == book_revision) return;
  book_revision = book.revision();
  channels->close_revoked();
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
  state_->channels->clear();
}

void AccountClient::start() {
  state_->signaling.start();
}

asio::awaitable<void> AccountClient::stop() {
  const auto state = state_;
  state->stopped = true;
  state->channels->close(link::LinkError::shutting_down, "Pantheon is stopping");
  co_await core::sleep_for(50ms);  // lets the goodbyes leave
  state->channels->clear();
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

void AccountClient::announce(bool hosting, core::json::array models, CatalogueFor catalogue) {
  state_->channels->announce({hosting, std::move(models), std::move(catalogue)});
  state_->send_announcement();
}

asio::awaitable<core::Result<identity::PairingLink>> AccountClient::open_pairing(std::string origin) {
  const auto state = state_;
  auto link = state->voucher.open(std::move(origin), core::wall_now());
  core::json::array arguments{core::json::object{{"code", identity::to_text(link.code)}}};
  auto ack = co_await state->signaling.request("pairing-open", std::move(arguments), 10s);
  const auto opened = acknowledged(ack);
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

asio::awaitable<core::Result<LinkChannel*>> AccountClient::connect(std::string device_id) {
  const auto state = state_;  // what the channels are made of lives as long as the call
  co_return co_await PeerChannels::connect(state->channels, std::move(device_id));
}

}  // namespace pantheon::session
