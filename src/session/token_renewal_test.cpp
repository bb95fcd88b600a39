#include "session/token_renewal.hpp"

#include <deque>
#include <stdexcept>

#include "socketio/testing/pair.hpp"

namespace pantheon::session {
namespace {

namespace json = core::json;
using std::chrono_literals::operator""ms;

class TokenRenewalTest : public socketio::SocketioTest {
 protected:
  void SetUp() override {
    SocketioTest::SetUp();
    server->of("/").on_connection([this](std::shared_ptr<socketio::Socket> socket) {
      socket->on("auth-renew", [this](const socketio::Event& event) {
        renewals.push_back(event.args.at(0).as_object());
        event.ack({json::object{{"ok", renewals.size() > refusals}, {"message", "not now"}}});
        changed.notify();
      });
    });
  }
  void TearDown() override {
    tasks.cancel();
    loop.run(tasks.join());
    SocketioTest::TearDown();
  }

  /// A connected client whose provider gives these tokens one after another (throws instead of an empty one),
  /// and then always the last.
  void start(std::deque<std::string> tokens) {
    given = std::move(tokens);
    auto& client = add_client("/", [this] { return renewal->sign_in(); });
    renewal = std::make_unique<TokenRenewal>(
        tasks, client, [this] { return give(*this); },
        [](Credentials credentials) { return introduce(std::move(credentials)); }, 1ms);
    client.on("renew", [this](const socketio::Event&) { renewal->asked(); });
    until([&] { return !sockets.empty() && client.connected(); });
  }
  static asio::awaitable<core::Result<Credentials>> give(TokenRenewalTest& self) {
    ++self.times_asked;
    Credentials credentials{self.given.front(), ""};
    if (self.given.size() > 1) self.given.pop_front();
    self.changed.notify();
    if (credentials.token.empty()) throw std::runtime_error("a fault of the provider");
    co_return credentials;
  }
  static asio::awaitable<core::Result<json::object>> introduce(Credentials credentials) {
    co_return json::object{{"token", credentials.token}, {"proof", "by " + credentials.token}};
  }

  core::TaskGroup tasks{loop.executor()};
  std::deque<std::string> given;
  int times_asked = 0;
  std::size_t refusals = 0;  ///< that the server gives first
  std::vector<json::object> renewals;
  std::unique_ptr<TokenRenewal> renewal;
};

TEST_F(TokenRenewalTest, GivesTheServerTheNewerTokenWithItsProof) {
  start({"one", "two"});
  EXPECT_EQ(sockets[0]->handshake().auth.at("token"), "one");
  sockets[0]->emit("renew", {json::object()});
  until([&] { return !renewals.empty(); });
  EXPECT_EQ(core::serialize_json(renewals[0]), R"({"token":"two","proof":"by two"})");
}

TEST_F(TokenRenewalTest, WaitsUntilThereIsANewerOne) {
  start({"one", "one", "one", "two"});
  sockets[0]->emit("renew", {json::object()});
  until([&] { return !renewals.empty(); });
  EXPECT_EQ(renewals[0].at("token"), "two");
  EXPECT_EQ(times_asked, 4);
}

TEST_F(TokenRenewalTest, TriesTheNextOneWhenTheServerRefuses) {
  refusals = 1;
  start({"one", "two", "three"});
  sockets[0]->emit("renew", {json::object()});
  until([&] { return renewals.size() == 2; });
  EXPECT_EQ(renewals[1].at("token"), "three");
  loop.run(tasks.join());  // and is content then
}

TEST_F(TokenRenewalTest, AsksAgainAfterAFaultOfTheProvider) {
  start({"one", "", "two", "", "three"});
  for (std::size_t times = 1; times <= 2; ++times) {
    sockets[0]->emit("renew", {json::object()});
    until([&] { return renewals.size() == times; });
    loop.run(tasks.join());
  }
  EXPECT_EQ(renewals[0].at("token"), "two");
  EXPECT_EQ(renewals[1].at("token"), "three");
}

TEST_F(TokenRenewalTest, EndsWithTheConnection) {
  start({"one"});
  sockets[0]->emit("renew", {json::object()});
  until([&] { return times_asked >= 3; });
  sockets[0]->disconnect(true);
  loop.run(tasks.join());
  EXPECT_TRUE(renewals.empty());
}

}  // namespace
}  // namespace pantheon::session
