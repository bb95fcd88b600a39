#include "socketio/client.hpp"

#include "socketio/testing/pair.hpp"

namespace pantheon::socketio {
namespace {

using namespace std::chrono_literals;

class ClientTest : public SocketioTest {
 protected:
  // Credentials that count how often they were asked for.
  Client::AuthProvider counted() {
    return [this] { return next_credentials(attempts); };
  }
  static asio::awaitable<core::Result<core::json::object>> next_credentials(int& attempts) {
    ++attempts;
    co_return core::json::object{{"attempt", attempts}};
  }
  // start() does nothing while the former connection still ends.
  static asio::awaitable<void> start_again(Client& client) {
    const auto executor = co_await asio::this_coro::executor;
    while (!client.connected()) {
      client.start();
      co_await asio::post(executor, asio::use_awaitable);
    }
  }
  int attempts = 0;
};

TEST_F(ClientTest, KnowsItsIdWhileConnected) {
  Client& client = connect();
  EXPECT_EQ(client.id(), sockets[0]->id());
  loop.run(client.stop());
  EXPECT_EQ(client.id(), "");
  EXPECT_EQ(reasons, std::vector<std::string>{"io client disconnect"});
  EXPECT_EQ(client.emit("late", {}).error().code(), "disconnected");
}

TEST_F(ClientTest, StopsAlsoWhenThereIsNoRoomToSayGoodbye) {
  auto full = client_options();
  full.max_send_queue = core::Bytes{1024};
  clients.push_back(std::make_unique<Client>(loop.executor(), full, Client::AuthProvider()));
  Client& client = *clients.back();
  client.on_connect([this] { changed.notify(); });
  client.start();
  until([&client] { return client.connected(); });
  // At once: what the queue holds is sent at the next turn of the loop.
  const auto fill_and_stop = [](Client& c, std::size_t room) -> asio::awaitable<bool> {
    const auto text = std::string(room - std::string_view(R"(42["fill",""])").size(), 'x');
    const auto sent = c.emit("fill", {core::json::value(text)});
    co_await c.stop();
    co_return sent.has_value();
  };
  auto stopping = fill_and_stop(client, full.max_send_queue.count);
  EXPECT_TRUE(loop.run(std::move(stopping)));
  EXPECT_FALSE(client.connected());
}

TEST_F(ClientTest, StaysAwayWhenTheServerDisconnectsItUntilItIsStartedAgain) {
  Client& client = connect("/", counted());
  sockets[0]->disconnect();
  until([&] { return !reasons.empty(); });
  EXPECT_EQ(reasons[0], "io server disconnect");
  loop.run(start_again(client));
  EXPECT_EQ(attempts, 2);
}

TEST_F(ClientTest, AsksForCredentialsAnewAtEachAttempt) {
  server->of("/picky").use([](std::shared_ptr<Socket> socket) -> asio::awaitable<Admitted> {
    if (core::get_integer(socket->handshake().auth.as_object(), "attempt") == 3) co_return Admitted();
    co_return core::failure(core::CommonError::unavailable);
  });
  connect("/picky", counted());
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(errors.size(), 2U);
}

TEST_F(ClientTest, ReportsAProviderThatFailsAndTriesAgain) {
  int asked = 0;
  connect("/", [&asked]() -> asio::awaitable<core::Result<core::json::object>> {
    if (++asked == 1) co_return core::failure(core::CommonError::timeout);
    co_return core::json::object();
  });
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(*core::get_string(*core::get_object(errors[0], "data"), "code"), "timeout");
}

TEST_F(ClientTest, PassesOnHowLongItsProviderWasToldToWait) {
  int asked = 0;
  connect("/", [&asked]() -> asio::awaitable<core::Result<core::json::object>> {
    const core::Error busy(core::CommonError::unavailable);
    if (++asked == 1) co_return core::failure(busy.with_retry_after(std::chrono::milliseconds(7)));
    co_return core::json::object();
  });
  EXPECT_EQ(core::get_integer(*core::get_object(errors.at(0), "data"), "retryAfterMs"), 7);
}

TEST_F(ClientTest, WaitsAsLongAsItWasToldOnce) {
  int asked = 0;
  Client& client = add_client("/", [&asked]() -> asio::awaitable<core::Result<core::json::object>> {
    if (++asked < 4) co_return core::failure(core::CommonError::unavailable);
    co_return core::json::object();
  });
  std::vector<std::chrono::steady_clock::time_point> refused;
  client.on_connect_error([&](const core::json::object&) {
    refused.push_back(std::chrono::steady_clock::now());
    if (refused.size() == 1) client.wait_before_next(std::chrono::milliseconds(200));
  });
  until([&] { return client.connected(); });
  ASSERT_EQ(refused.size(), 3U);
  EXPECT_GE(refused[1] - refused[0], std::chrono::milliseconds(200));
  EXPECT_LT(refused[2] - refused[1], refused[1] - refused[0]);
}

TEST_F(ClientTest, ConnectsAgainWhenTheServerComesBack) {
  Client& client = connect();
  const auto port = web->port();
  loop.run(server->stop());
  loop.run(web->stop());
  until([&] { return !errors.empty(); });
  EXPECT_EQ(reasons[0], "transport close");
  EXPECT_EQ(*core::get_string(*core::get_object(errors[0], "data"), "code"), "connect_failed");
  http::ServerOptions same_port;
  same_port.port = port;
  web = std::make_unique<http::Server>(loop.executor(), same_port);
  SetUp();
  until([&] { return client.connected(); });
}

TEST_F(ClientTest, SaysThatItIsNotConnected) {
  ClientOptions nowhere;
  nowhere.url = "http://127.0.0.1:1";
  Client client(loop.executor(), nowhere);
  EXPECT_FALSE(client.connected());
  EXPECT_EQ(client.emit("x", {}).error().code(), "disconnected");
  EXPECT_EQ(loop.run(client.request("x", {}, 1s)).error().code(), "disconnected");
}

TEST_F(ClientTest, CanBeStoppedWhileItTriesToConnect) {
  clients.push_back(std::make_unique<Client>(loop.executor(), client_options("/nowhere")));
  clients.back()->start();
  loop.run(clients.back()->stop());
  EXPECT_FALSE(clients.back()->connected());
}

TEST_F(ClientTest, CanBeDestroyedWhileConnected) {
  connect();
  sockets[0]->on_disconnect([this](std::string_view) { changed.notify(); });
  clients.clear();
  until([&] { return !sockets[0]->connected(); });
  EXPECT_TRUE(reasons.empty());
}

}  // namespace
}  // namespace pantheon::socketio
