#include "http/server.hpp"

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "http/address.hpp"
#include "http/completion.hpp"
#include "http/server_connection.hpp"

namespace pantheon::http {

namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};

// "::" on a machine without IPv6 is every interface that it has.
asio::ip::address open_socket(tcp::acceptor& acceptor, const asio::ip::address& wished,
                              boost::system::error_code& error) {
  acceptor.open(wished.is_v6() ? tcp::v6() : tcp::v4(), error);
  if (error != asio::error::address_family_not_supported || !wished.is_v6() || !wished.is_unspecified())
    return wished;
  acceptor.open(tcp::v4(), error);
  return asio::ip::address_v4::any();
}

core::Result<void> open(tcp::acceptor& acceptor, const ServerOptions& options) {
  boost::system::error_code error;
  const auto wished = asio::ip::make_address(options.bind_address, error);
  if (error) return core::failure(HttpError::bind_failed, options.bind_address);
  const auto address = open_socket(acceptor, wished, error);
  const tcp::endpoint endpoint(address, options.port);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.set_option(tcp::no_delay(true), error);  // for all connections, see accepted_stream()
  if (!error && address.is_v6() && address.is_unspecified()) {
    boost::system::error_code ignored;
    acceptor.set_option(asio::ip::v6_only(false), ignored);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  // Else Asio waits for the next connection in place of one that was broken off, and everybody with it.
  if (!error) acceptor.set_option(asio::socket_base::enable_connection_aborted(true), error);
  if (!error) return {};
  boost::system::error_code ignored;
  acceptor.close(ignored);
  const std::string where = options.bind_address + " port " + std::to_string(options.port);
  if (error == asio::error::address_in_use) return core::failure(HttpError::address_in_use, where);
  return core::failure(HttpError::bind_failed, where + ": " + error.message());
}

}  // namespace

struct Server::State {
  struct Accepted {
    tcp::socket socket;
    asio::ip::address remote;
    std::shared_ptr<ConnectionCount> count;
  };

  State(asio::any_io_executor executor, Options options)
      : site(std::make_shared<Site>()), acceptor(executor), tasks(executor) {
    site->options = std::move(options);
  }

  static asio::awaitable<void> accept(std::shared_ptr<State> self);
  static void deal(const std::shared_ptr<State>& self, tcp::socket socket, const tcp::endpoint& peer);
  static void begin(const std::shared_ptr<State>& self, Accepted accepted);
  static asio::awaitable<void> serve(std::shared_ptr<State> self, Accepted accepted);
  static void take_over(const std::shared_ptr<State>& self, HandedOver connection);
  static asio::awaitable<void> serve_taken(std::shared_ptr<State> self, HandedOver connection);

  const std::shared_ptr<State>& receiver(const std::shared_ptr<State>& self) const {
    return turn == 0 ? self : others[turn - 1];
  }

  std::shared_ptr<Site> site;
  tcp::acceptor acceptor;
  std::shared_ptr<asio::ssl::context> tls;
  std::shared_ptr<ConnectionCount> connections = std::make_shared<ConnectionCount>();
  ConnectionCounts of_addresses{connections};
  std::vector<std::shared_ptr<State>> others;  ///< to deal to
  std::size_t turn = 0;                        ///< whose the next one is
  core::TaskGroup tasks;
};

asio::awaitable<void> Server::State::serve(std::shared_ptr<State> self, Accepted accepted) {
  auto [socket, remote, count] = std::move(accepted);
  if (!self->tls) {
    auto stream = accepted_stream(std::move(socket));
    stream->count_in(std::move(count));
    co_await serve_connection(self->site, std::move(stream), false, std::move(remote));
    co_return;
  }
  struct Counted {
    explicit Counted(std::shared_ptr<ConnectionCount> c) : count(std::move(c)) { count->enter(); }
    ~Counted() { count->leave(); }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    std::shared_ptr<ConnectionCount> count;
  };
  std::optional<Counted> during_handshake(count);
  auto stream = co_await tls_accept(std::move(socket), self->tls, self->site->options.header_timeout);
  if (stream) (*stream)->count_in(std::move(count));
  during_handshake.reset();
  if (stream) co_await serve_connection(self->site, std::move(*stream), true, std::move(remote));
}

asio::awaitable<void> Server::State::serve_taken(std::shared_ptr<State> self, HandedOver connection) {
  co_await serve_handed_over(self->site, std::move(connection));
}

// Runs on the thread that hands over.
void Server::State::take_over(const std::shared_ptr<State>& self, HandedOver connection) {
  const auto executor = self->tasks.executor();
  if (!connection.stream->move_to(executor)) return;
  asio::post(executor, [self, connection = std::move(connection)]() mutable {
    self->tasks.spawn(serve_taken(self, std::move(connection)));
  });
}

void Server::State::begin(const std::shared_ptr<State>& self, Accepted accepted) {
  self->tasks.spawn(serve(self, std::move(accepted)));
}

// Serves the connection on this server or another, each in turn.
void Server::State::deal(const std::shared_ptr<State>& self, tcp::socket socket, const tcp::endpoint& peer) {
  const auto from = unmapped(peer.address());
  const auto& options = self->site->options;
  if (self->connections->number() >= options.max_connections) return;
  const bool is_proxy = options.is_proxy && options.is_proxy(from);
  auto count = is_proxy ? self->connections : self->of_addresses.of(from);
  if (!is_proxy && count->number() >= options.max_connections_per_address) return;
  const auto to = self->receiver(self);
  self->turn = (self->turn + 1) % (self->others.size() + 1);
  Accepted accepted{std::move(socket), from, std::move(count)};
  if (to == self) return begin(to, std::move(accepted));
  asio::post(to->tasks.executor(),
             [to, accepted = std::move(accepted)]() mutable { begin(to, std::move(accepted)); });
}

asio::awaitable<void> Server::State::accept(std::shared_ptr<State> self) {
  constexpr int kMostAtOnce = 16;
  while (self->acceptor.is_open()) {
    tcp::endpoint peer;
    auto [error, socket] =
        co_await self->acceptor.async_accept(self->receiver(self)->tasks.executor(), peer, kTuple);
    // Who else waits by now is let in without going round the loop.
    for (int more = kMostAtOnce; !error && more > 0; --more) {
      deal(self, std::move(socket), peer);
      socket = tcp::socket(self->receiver(self)->tasks.executor());
      self->acceptor.accept(socket, peer, error);
    }
    if (error == asio::error::operation_aborted || !self->acceptor.is_open()) co_return;
    if (!error) {
      deal(self, std::move(socket), peer);
    } else if (error != asio::error::would_block && error != asio::error::connection_aborted) {
      // Out of descriptors: later connections may still succeed.
      core::logger("http")->warn("cannot accept: {}", error.message());
      co_await core::sleep_for(kAcceptPause);
    }
  }
}

Server::Server(asio::any_io_executor executor, Options options)
    : state_(std::make_shared<State>(std::move(executor), std::move(options))) {}
Server::~Server() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->tasks.cancel();
}

void Server::route(std::string method, std::string path, Handler handler, RouteOptions options) {
  state_->site->router.add(std::move(method), std::move(path), std::move(handler), std::move(options));
}

void Server::route_prefix(std::string path, Handler handler, RouteOptions options) {
  state_->site->router.add_prefix(std::move(path), std::move(handler), std::move(options));
}

void Server::upgrade(std::string path, UpgradeHandler handler, UpgradeOptions options) {
  state_->site->router.add_upgrade(std::move(path), std::move(handler), std::move(options));
}

void Server::upgrade_elsewhere(UpgradeHandler handler, UpgradeOptions options) {
  state_->site->router.add_upgrade_elsewhere(std::move(handler), std::move(options));
}

void Server::before(BeforeHook hook) {
  state_->site->before.push_back(std::move(hook));
}

void Server::after(AfterHook hook) {
  state_->site->after.push_back(std::move(hook));
}

void Server::deal_to(const std::vector<Server*>& others) {
  for (const auto* other : others) {
    other->state_->connections = state_->connections;
    state_->others.push_back(other->state_);
  }
}

void Server::hand_over(std::function<Server*(const Request&)> choose) {
  state_->site->elsewhere = [this, choose = std::move(choose)](const Request& request) -> TakeOver {
    const auto* to = choose(request);
    if (to == nullptr || to == this) return {};
    return [state = to->state_](HandedOver connection) { State::take_over(state, std::move(connection)); };
  };
}

core::Result<void> Server::reload_certificate() {
  const auto& files = state_->site->options.tls;
  if (!files) return {};
  auto context = server_tls_context(files->certificate_chain, files->private_key);
  if (!context) return core::failure(context.error());
  state_->tls = *context;
  for (const auto& other : state_->others)
    asio::post(other->tasks.executor(), [other, tls = *context] { other->tls = tls; });
  return {};
}

core::Result<void> Server::listen() {
  if (auto loaded = reload_certificate(); !loaded) return loaded;
  if (auto opened = open(state_->acceptor, state_->site->options); !opened) return opened;
  state_->tasks.spawn(State::accept(state_));
  return {};
}

std::uint16_t Server::port() const {
  boost::system::error_code error;
  const auto endpoint = state_->acceptor.local_endpoint(error);
  return error ? std::uint16_t{0} : endpoint.port();
}

std::size_t Server::connections() const {
  return state_->connections->number();
}

asio::awaitable<void> Server::stop() {
  const auto state = state_;
  boost::system::error_code ignored;
  state->acceptor.close(ignored);
  state->tasks.cancel();
  co_await state->tasks.join();
}

}  // namespace pantheon::http
