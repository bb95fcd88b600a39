#include "socketio/server.hpp"

#include "http/websocket_client.hpp"
#include "socketio/testing/pair.hpp"

namespace pantheon::socketio {
namespace {

using namespace std::chrono_literals;

class ServerTest : public SocketioTest {
 protected:
  // Every client counts what it is sent.
  Client& counting(std::size_t index) {
    Client& client = connect();
    counts.resize(std::max(counts.size(), index + 1));
    client.on("hello", [this, index](const Event&) {
      ++counts[index];
      changed.notify();
    });
    client.on("end", [this](const Event&) {
      ++ended;
      changed.notify();
    });
    return client;
  }
  std::vector<int> counts;
  std::size_t ended = 0;
};

TEST_F(ServerTest, BroadcastsToRoomsEachSocketOnce) {
  for (std::size_t i = 0; i < 3; ++i) counting(i);
  sockets[0]->join("a");
  sockets[0]->join("b");
  sockets[1]->join("b");
  Namespace& nsp = server->of("/");
  nsp.to("a").to("b").emit("hello", {});
  nsp.to("b").except(sockets[0]->id()).emit("hello", {});
  nsp.except("a").emit("hello", {});
  nsp.emit("end", {});
  until([&] { return ended == 3; });
  EXPECT_EQ(counts, (std::vector<int>{1, 3, 1}));
}

TEST_F(ServerTest, ForgetsASocketThatLeft) {
  connect();
  sockets[0]->join("a");
  Namespace& nsp = server->of("/");
  EXPECT_EQ(nsp.room_size("a"), 1U);
  EXPECT_EQ(nsp.find(sockets[0]->id()), sockets[0]);
  sockets[0]->on_disconnect([this](std::string_view reason) {
    reasons.emplace_back(reason);
    changed.notify();
  });
  loop.run(clients[0]->stop());
  until([&] { return nsp.socket_count() == 0; });
  EXPECT_EQ(nsp.room_size("a"), 0U);
  EXPECT_EQ(nsp.find(sockets[0]->id()), nullptr);
  EXPECT_EQ(reasons.back(), "client namespace disconnect");
}

TEST_F(ServerTest, MiddlewaresRunInOrderAndRefuseWithACode) {
  server->of("/guarded").use([](std::shared_ptr<Socket> socket) -> asio::awaitable<Admitted> {
    socket->data = std::make_shared<std::string>("seen");
    co_return Admitted();
  });
  server->of("/guarded").use([](std::shared_ptr<Socket> socket) -> asio::awaitable<Admitted> {
    EXPECT_EQ(*std::static_pointer_cast<std::string>(socket->data), "seen");
    co_return core::failure(core::CommonError::unavailable, "today");
  });
  add_client("/guarded");
  until([&] { return !errors.empty(); });
  EXPECT_EQ(*core::get_string(*core::get_object(errors[0], "data"), "code"), "unavailable");
  EXPECT_TRUE(core::get_string(errors[0], "message")->ends_with("(today)"));
  EXPECT_EQ(server->of("/guarded").socket_count(), 0U);
}

TEST_F(ServerTest, ARefusalCarriesWhatElseTheMiddlewareSays) {
  server->of("/busy").use([](std::shared_ptr<Socket>) -> asio::awaitable<Admitted> {
    core::json::object more{{"retryAfterMs", 250}, {"code", "not its own"}};
    co_return tl::unexpected(Refusal(core::CommonError::unavailable, std::move(more)));
  });
  add_client("/busy");
  until([&] { return !errors.empty(); });
  const auto& data = *core::get_object(errors[0], "data");
  EXPECT_EQ(core::get_integer(data, "retryAfterMs"), 250);
  EXPECT_EQ(core::get_string(data, "code"), "unavailable") << "the error's own";
}

TEST_F(ServerTest, AMiddlewareThatThrowsRefuses) {
  server->of("/broken").use([](std::shared_ptr<Socket>) -> asio::awaitable<Admitted> {
    throw std::runtime_error("broken");
    co_return Admitted();
  });
  add_client("/broken");
  until([&] { return !errors.empty(); });
  EXPECT_EQ(*core::get_string(*core::get_object(errors[0], "data"), "code"), "internal");
}

TEST_F(ServerTest, RefusesUnknownNamespaces) {
  add_client("/nowhere");
  until([&] { return !errors.empty(); });
  EXPECT_EQ(core::serialize_json(errors[0]), R"({"message":"Invalid namespace"})");
}

TEST_F(ServerTest, StoppingDisconnectsEveryone) {
  connect();
  connect();
  std::vector<std::string> seen;
  for (const auto& socket : sockets) {
    socket->on_disconnect([&](std::string_view reason) { seen.emplace_back(reason); });
  }
  loop.run(server->stop());
  EXPECT_EQ(seen, (std::vector<std::string>(2, "server shutting down")));
  EXPECT_EQ(server->connections(), 0U);
}

/// A client that says exactly what it is told.
class RawClientTest : public SocketioTest {
 protected:
  std::string read(http::WebSocket& socket) { return loop.run(socket.read()).value().data; }
  void send(http::WebSocket& socket, std::string_view text) {
    EXPECT_TRUE(loop.run(socket.write(text, true)));
  }
  void expect_closed(http::WebSocket& socket) {
    EXPECT_EQ(loop.run(socket.read()).error().code(), "connection_closed");
  }
};

class RefusalTest : public RawClientTest {};

TEST_F(RefusalTest, AMalformedPacketIsToldToTheSocketsAsAnEventAndEndsTheConnection) {
  server->of("/other");
  const auto socket = open_raw();
  send(*socket, "40");
  send(*socket, "40/other,");
  EXPECT_TRUE(read(*socket).starts_with("40{"));
  EXPECT_TRUE(read(*socket).starts_with("40/other,{"));
  send(*socket, "42[\"broken\"");
  EXPECT_TRUE(read(*socket).starts_with(R"(42["error",{"code":"bad_socketio_payload","message":")"));
  EXPECT_TRUE(read(*socket).starts_with(R"(42/other,["error",{"code":"bad_socketio_payload",)"));
  expect_closed(*socket);
}

TEST_F(RefusalTest, WhoHasJoinedNothingIsRefusedWithTheCode) {
  for (const auto& [packet, code] : std::vector<std::pair<std::string, std::string>>{
           {"49", "bad_socketio_packet_type"}, {"42[\"event\"]", "not_connected"}}) {
    const auto socket = open_raw();
    send(*socket, packet);
    const auto answer = read(*socket);
    EXPECT_TRUE(answer.starts_with(R"(44{"message":")")) << answer;
    EXPECT_NE(answer.find(R"("data":{"code":")" + code + '"'), std::string::npos) << answer;
    expect_closed(*socket);
  }
}

TEST_F(RefusalTest, OfAMiddlewareMayEndTheConnectionWithoutAWord) {
  server->of("/").use([](std::shared_ptr<Socket>) -> asio::awaitable<Admitted> {
    Refusal busy(core::CommonError::unavailable);
    busy.ends_connection_after = std::chrono::milliseconds(20);
    co_return tl::unexpected(std::move(busy));
  });
  const auto socket = open_raw();
  const auto begun = std::chrono::steady_clock::now();
  send(*socket, "40");
  expect_closed(*socket);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(20));
  EXPECT_EQ(server->of("/").socket_count(), 0U);
}

TEST_F(RefusalTest, JoiningTwiceIsToldWithACode) {
  const auto socket = open_raw();
  send(*socket, "40");
  EXPECT_TRUE(read(*socket).starts_with("40{"));
  send(*socket, "40");
  EXPECT_TRUE(read(*socket).starts_with(R"(42["error",{"code":"connect_refused",)"));
  expect_closed(*socket);
}

TEST_F(RefusalTest, APacketThatOnlyServersSendEndsTheConnection) {
  const auto socket = open_raw();
  send(*socket, "40");
  EXPECT_TRUE(read(*socket).starts_with("40{"));
  send(*socket, R"(44{"message":"no"})");
  EXPECT_TRUE(read(*socket).starts_with(R"(42["error",{"code":"unexpected_socketio_packet",)"));
  expect_closed(*socket);
}

class RecoveringServerTest : public RawClientTest {
 protected:
  RecoveringServerTest() { options.recovery.max_disconnection = 60s; }
  /// Joins with these credentials and returns the answer.
  std::string join(http::WebSocket& socket, std::string_view auth = "") {
    send(socket, "40" + std::string(auth));
    return read(socket);
  }
};

// The official client keeps what comes before CONNECT until then, so that no handler misses it.
TEST_F(RecoveringServerTest, SendsWhatWasMissedBeforeItSaysThatTheClientIsConnected) {
  const auto first = open_raw();
  const auto connected = join(*first);
  const auto session = core::parse_json(std::string_view(connected).substr(2)).value().as_object();
  EXPECT_TRUE(sockets[0]->emit("hello", {}));
  const auto event = core::parse_json(std::string_view(read(*first)).substr(2)).value().as_array();
  sockets[0]->on_disconnect([this](std::string_view reason) {
    reasons.emplace_back(reason);
    changed.notify();
  });
  first->abort();
  until([&] { return !reasons.empty(); });
  server->of("/").emit("one", {});
  server->of("/").emit("two", {});

  const auto second = open_raw();
  const core::json::object auth{{"pid", session.at("pid")}, {"offset", event.at(1)}};
  EXPECT_TRUE(join(*second, core::serialize_json(auth)).starts_with(R"(42["one",)"));
  EXPECT_TRUE(read(*second).starts_with(R"(42["two",)"));
  EXPECT_EQ(read(*second), connected);
}

TEST_F(ServerTest, ManyEventsAtOnceAreAllTaken) {
  Client& client = connect();
  constexpr int kEvents = 10'000;
  int came = 0;
  sockets[0]->on("message", [&](const Event&) {
    if (++came == kEvents) changed.notify();
  });
  for (int i = 0; i < kEvents; ++i) EXPECT_TRUE(client.emit("message", {i}));
  until([&] { return came == kEvents || !reasons.empty(); });
  EXPECT_EQ(came, kEvents);
}

struct StrangersTest : SocketioTest {
  StrangersTest() { options.max_payload_before_join = core::Bytes{1024}; }
};

TEST_F(StrangersTest, WhoHasNotJoinedMaySendLittle) {
  const auto socket = open_raw();
  EXPECT_TRUE(loop.run(socket->write("40{\"token\":\"" + std::string(2000, 'x') + "\"}", true)));
  EXPECT_EQ(loop.run(socket->read()).error().code(), "connection_closed");
}

TEST_F(StrangersTest, WhoHasJoinedMaySendAsMuchAsEver) {
  std::size_t came = 0;
  server->of("/").on_connection([&](const std::shared_ptr<Socket>& joined) {
    joined->on("large", [&](const Event& event) {
      came = event.raw->size();
      changed.notify();
    });
  });
  const auto socket = open_raw();
  EXPECT_TRUE(loop.run(socket->write("40", true)));
  EXPECT_TRUE(loop.run(socket->read()).value().data.starts_with("40{"));
  EXPECT_TRUE(loop.run(socket->write("42[\"large\",\"" + std::string(100'000, 'x') + "\"]", true)));
  until([&] { return came > 0; });
  EXPECT_GT(came, 100'000U);
}

class RateTest : public SocketioTest {
 protected:
  RateTest() {
    options.max_events_per_second = 1;
    options.event_burst = 20;
    options.connect_timeout = 50ms;
  }
};

TEST_F(RateTest, AFloodEndsItsOwnConnectionOnly) {
  Client& flood = connect();
  Client& quiet = connect();
  sockets[1]->on("ask", [](const Event& event) { event.ack({1}); });
  for (int i = 0; i < 50; ++i) static_cast<void>(flood.emit("x", {}));
  until([&] { return !reasons.empty(); });
  EXPECT_EQ(reasons[0], "transport close");
  EXPECT_TRUE(loop.run(quiet.request("ask", {}, 5s)));
}

TEST_F(RateTest, AConnectionThatHasLeftEveryNamespaceIsClosed) {
  const auto socket = open_raw();
  EXPECT_TRUE(loop.run(socket->write("40", true)));
  EXPECT_TRUE(loop.run(socket->read()).value().data.starts_with("40{"));
  EXPECT_TRUE(loop.run(socket->write("41", true)));
  EXPECT_EQ(loop.run(socket->read()).error().code(), "connection_closed");
}

TEST_F(RateTest, AConnectionThatJoinsNothingIsClosed) {
  const auto socket = open_raw();
  EXPECT_EQ(loop.run(socket->read()).error().code(), "connection_closed");
}

}  // namespace
}  // namespace pantheon::socketio
