#include "session/account_client.hpp"

#include <gtest/gtest.h>

#include "core/async_event.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "session/error.hpp"
#include "socketio/testing/pair.hpp"

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// A signaling server that has too much to do to give nonces.
class BusyServer : public testing::Test {
 protected:
  BusyServer() {
    server_.route("GET", "/v1/nonce", [this](http::Request) { return refuse(); });
    EXPECT_TRUE(server_.listen());
  }
  void TearDown() override { loop_.run(server_.stop()); }

  asio::awaitable<http::Response> refuse() {
    asked_.push_back(steady_clock::now());
    changed_.notify();
    co_return http::json_response(429,
                                  R"({"error":{"code":"rate_limited","message":"","retryAfterMs":800}})");
  }
  asio::awaitable<void> until_asked(std::size_t times) {
    const auto patience = steady_clock::now() + 10s;
    while (asked_.size() < times && steady_clock::now() < patience)
      (void)co_await changed_.wait_until(patience);
  }

  http::TestLoop loop_;
  core::AsyncEvent changed_{loop_.executor()};
  http::Server server_{loop_.executor()};
  std::vector<steady_clock::time_point> asked_;
};

asio::awaitable<core::Result<Credentials>> some_credentials() {
  co_return Credentials{"dev:a", ""};
}

TEST_F(BusyServer, IsAskedAgainWhenItSaidAndNoSooner) {
  const auto key = identity::DeviceKey::generate();
  identity::KeyBook book("dev:s:a", identity::KeyBook::FirstSight::remember);
  AccountSettings settings;
  settings.server_url = "http://127.0.0.1:" + std::to_string(server_.port());
  settings.device_id = key.device_id();
  std::vector<core::Error> errors;
  AccountEvents events;
  events.on_error = [&](const core::Error& error) { errors.push_back(error); };
  AccountClient client(loop_.executor(), std::move(settings), key, book, some_credentials, std::move(events));
  client.start();
  loop_.run(until_asked(2));
  loop_.run(client.stop());
  ASSERT_GE(asked_.size(), 2U);
  EXPECT_GE(asked_[1] - asked_[0], 1s) << "by itself it would wait for three quarters of a second at most";
  EXPECT_TRUE(errors.at(0).is(SessionError::rate_limited));
}

/// A signaling server that passes signals between two devices, and says of devices what a test has it say.
class ScriptedServer : public socketio::SocketioTest {
 protected:
  using FirstSight = identity::KeyBook::FirstSight;
  static constexpr auto kAccountHere = "local:s:owner";

  struct Device {
    explicit Device(FirstSight first_sight) : book(kAccountHere, first_sight) {}
    identity::DeviceKey key = identity::DeviceKey::generate();
    identity::KeyBook book;
    std::unique_ptr<AccountClient> client;
    std::shared_ptr<socketio::Socket> socket;  ///< the server's end
    std::vector<std::string> connected;        ///< device ids
    std::vector<std::string> disconnected;     ///< names
    bool online = false;
  };

  void SetUp() override {
    web->route("GET", "/v1/nonce", [](http::Request) { return give_nonce(); });
    SocketioTest::SetUp();
    server->of("/").on_connection([this](const std::shared_ptr<socketio::Socket>& socket) { serve(socket); });
  }
  void TearDown() override {
    for (auto* device : {&phone, &host}) {
      if (device->client) loop.run(device->client->stop());
    }
    SocketioTest::TearDown();
  }
  static asio::awaitable<http::Response> give_nonce() {
    co_return http::json_response(200, R"({"nonce":"abc","expiresIn":60})");
  }

  void serve(const std::shared_ptr<socketio::Socket>& socket) {
    connects.push_back(steady_clock::now());
    if (cuts_sessions) return socket->disconnect(true);
    const auto id = core::get_string(socket->handshake().auth.as_object(), "deviceId");
    auto& device = id == phone.key.device_id() ? phone : host;
    auto& other = &device == &phone ? host : phone;
    device.socket = socket;
    socket->on("join-account", [](const socketio::Event& event) {
      event.ack({core::json::object{{"ok", true}}});
    });
    socket->on("list-devices", [this](const socketio::Event& event) {
      ++times_listed;
      event.ack({core::json::object{{"ok", true}, {"devices", listed}}});
      changed.notify();
    });
    socket->on("webrtc-signal", [&device, &other](const socketio::Event& event) {
      const auto& message = event.args.at(0).as_object();
      other.socket->emit("webrtc-signal", {core::json::object{{"fromUserId", device.key.device_id()},
                                                              {"fromSocketId", device.socket->id()},
                                                              {"signal", message.at("signal")}}});
    });
    socket->emit("server-info", {core::json::object{{"account", kAccountHere}}});
  }

  void start(Device& device, const char* name) {
    AccountSettings settings;
    settings.server_url = client_options().url;
    settings.device_id = device.key.device_id();
    settings.name = name;
    settings.rtc.bind_address = "127.0.0.1";
    AccountEvents events;
    events.on_online = [&](const std::string&) {
      device.online = true;
      changed.notify();
    };
    events.on_peers_changed = [&] { changed.notify(); };
    events.on_peer_connected = [&](const PeerIdentity& identity) {
      device.connected.push_back(identity.device_id);
      changed.notify();
    };
    events.on_peer_disconnected = [&](const std::string& peer) {
      device.disconnected.push_back(peer);
      changed.notify();
    };
    device.client = std::make_unique<AccountClient>(loop.executor(), std::move(settings), device.key,
                                                    device.book, some_credentials, std::move(events));
    device.client->start();
  }

  /// The phone has a link to the host, which has asked for the list of devices as who comes in does.
  void connect_phone() {
    ASSERT_TRUE(phone.book.pin(host.key.device_id(), host.key.public_key()));
    start(host, "host");
    start(phone, "phone");
    until([this] { return phone.online && host.online && times_listed == 2; });
    const core::json::object entry{{"userId", host.key.device_id()}, {"socketId", host.socket->id()}};
    phone.socket->emit("peer-list", {core::json::array{entry}});
    until([this] { return !phone.client->peers().empty(); });
    const auto link = loop.run(phone.client->connect(host.key.device_id()));
    ASSERT_TRUE(link) << link.error().message();
    until([this] { return !host.connected.empty(); });
  }

  static identity::Statement say(identity::StatementType type, const identity::DeviceKey& by,
                                 const identity::DeviceKey& about) {
    return identity::Statement::make(
        by, {type, kAccountHere, about.device_id(), about.public_key(), "", core::wall_now()});
  }
  void tell_host_of(const identity::Statement& revocation) {
    host.socket->emit("device-revoked", {core::json::object{{"deviceId", revocation.claim().device_id},
                                                            {"statement", revocation.to_json()}}});
  }
  static core::json::object device_with(const identity::Statement& statement) {
    return core::json::object{{"deviceId", statement.claim().device_id},
                              {"statements", core::json::array{statement.to_json()}}};
  }

  Device phone{FirstSight::refuse};
  Device host{FirstSight::refuse};
  core::json::array listed;
  int times_listed = 0;
  bool cuts_sessions = false;
  std::vector<steady_clock::time_point> connects;
};

TEST_F(ScriptedServer, ARemovalByADeviceThatIsKnownFromTheListAloneEndsTheLink) {
  const auto tower = identity::DeviceKey::generate();
  const auto browser = identity::DeviceKey::generate();
  ASSERT_TRUE(host.book.pin(tower.device_id(), tower.public_key()));
  ASSERT_TRUE(host.book.pin(phone.key.device_id(), phone.key.public_key()));
  connect_phone();
  const auto revocation = say(identity::StatementType::revoke, browser, phone.key);
  listed = {device_with(say(identity::StatementType::device, tower, browser)), device_with(revocation)};
  tell_host_of(revocation);
  until([this] { return !host.disconnected.empty(); });
  EXPECT_TRUE(host.book.is_revoked(phone.key.device_id()));
}

TEST_F(ScriptedServer, ARemovalByAStrangerEndsTheLinkOfADeviceThatWasOnlySeen) {
  host.book.set_first_sight(FirstSight::remember);
  connect_phone();
  tell_host_of(say(identity::StatementType::revoke, identity::DeviceKey::generate(), phone.key));
  until([this] { return !host.disconnected.empty(); });
}

TEST_F(ScriptedServer, ARemovalByAStrangerLeavesAPinnedDevice) {
  ASSERT_TRUE(host.book.pin(phone.key.device_id(), phone.key.public_key()));
  connect_phone();
  const auto stranger = identity::DeviceKey::generate();
  const auto revocation = say(identity::StatementType::revoke, stranger, phone.key);
  listed = {device_with(say(identity::StatementType::device, stranger, stranger)), device_with(revocation)};
  tell_host_of(revocation);
  until([this] { return times_listed == 3; });
  host.socket->emit("peer-joined", {core::json::object{{"userId", "another"}, {"socketId", "another"}}});
  until([this] { return !host.client->peers().empty(); });
  EXPECT_TRUE(host.disconnected.empty());
  EXPECT_FALSE(host.book.is_revoked(phone.key.device_id()));
}

TEST_F(ScriptedServer, ThatHasTooMuchToDoIsToldTheNewestOfAHostLater) {
  std::vector<std::string> told;
  server->of("/").on_connection([&](const std::shared_ptr<socketio::Socket>& socket) {
    socket->on("register", [&](const socketio::Event& event) {
      told.push_back(core::serialize_json(event.args.at(0).as_object().at("models")));
      const bool refused = told.size() <= 2;
      event.ack({refused ? core::json::object{{"ok", false}, {"code", "rate_limited"}, {"retryAfterMs", 100}}
                         : core::json::object{{"ok", true}}});
      changed.notify();
    });
  });
  start(host, "host");
  until([&] { return told.size() == 1; });
  host.client->announce(true, {core::json::object{{"name", "m"}}}, {});
  until([&] { return told.size() == 3; });
  EXPECT_EQ(told, (std::vector<std::string>{"[]", R"([{"name":"m"}])", R"([{"name":"m"}])"}));
}

TEST_F(ScriptedServer, ThatHadTooMuchToDoInTheSessionBeforeIsToldAtOnceInTheNext) {
  std::vector<steady_clock::time_point> told;
  server->of("/").on_connection([&](const std::shared_ptr<socketio::Socket>& socket) {
    socket->on("register", [&](const socketio::Event& event) {
      told.push_back(steady_clock::now());
      event.ack({core::json::object{{"ok", false}, {"code", "rate_limited"}, {"retryAfterMs", 60'000}}});
      changed.notify();
    });
  });
  start(host, "host");
  until([&] { return told.size() == 1; });
  host.socket->disconnect(true);
  until([&] { return told.size() == 2; });
  EXPECT_LT(told[1] - told[0], 30s);
}

TEST_F(ScriptedServer, ThatEndsEachSessionAtOnceIsLeftAloneForLongerAndLonger) {
  cuts_sessions = true;
  start(host, "host");
  until([this] { return connects.size() == 3; });
  // Noted when the server was let to: by less than a wait grows.
  EXPECT_GE(connects[1] - connects[0], 700ms);
  EXPECT_GE(connects[2] - connects[1], 1500ms);
}

}  // namespace
}  // namespace pantheon::session
