#include "socketio/socket.hpp"

#include "socketio/testing/pair.hpp"

namespace pantheon::socketio {
namespace {

using namespace std::chrono_literals;

class SocketTest : public SocketioTest {};

TEST_F(SocketTest, EmitsToItsClient) {
  Client& client = connect();
  std::string got;
  client.on("news", [&](const Event& event) {
    got = *event.raw;
    changed.notify();
  });
  EXPECT_TRUE(sockets[0]->emit("news", {1, "two"}));
  until([&] { return !got.empty(); });
  EXPECT_EQ(got, R"(["news",1,"two"])");
}

TEST_F(SocketTest, SendsASerializedPacketAsItIs) {
  Client& client = connect();
  std::vector<std::string> got;
  client.on_any([&](const Event& event) {
    got.push_back(*event.raw);
    changed.notify();
  });
  EXPECT_TRUE(sockets[0]->emit_serialized(serialize_event("/", "a", {1})));
  EXPECT_TRUE(sockets[0]->emit_serialized(serialize_raw_event("/", R"([ "b" , 2 ])")));
  until([&] { return got.size() == 2; });
  EXPECT_EQ(got, (std::vector<std::string>{R"(["a",1])", R"([ "b" , 2 ])"}));
}

TEST_F(SocketTest, HasTheHandshakeOfItsClient) {
  connect("/", []() -> asio::awaitable<core::Result<core::json::object>> {
    co_return core::json::object{{"token", "abc"}};
  });
  const Handshake& handshake = sockets[0]->handshake();
  EXPECT_EQ(core::serialize_json(handshake.auth), R"({"token":"abc"})");
  EXPECT_TRUE(handshake.address.is_loopback());
  EXPECT_TRUE(handshake.headers.get("Host"));
  EXPECT_EQ(handshake.query, "EIO=4&transport=websocket");
  EXPECT_FALSE(handshake.secure);
}

struct ForgetfulTest : SocketTest {
  void SetUp() override {
    options.keep_handshakes = false;
    SocketTest::SetUp();
  }
};

TEST_F(ForgetfulTest, ForgetsTheHandshakeBehindTheHandlersOfConnection) {
  std::string seen;
  server->of("/").on_connection([&](const std::shared_ptr<Socket>& socket) {
    seen = core::serialize_json(socket->handshake().auth) + socket->handshake().query;
  });
  connect("/", []() -> asio::awaitable<core::Result<core::json::object>> {
    co_return core::json::object{{"token", "abc"}};
  });
  EXPECT_EQ(seen, R"({"token":"abc"}EIO=4&transport=websocket)");
  const Handshake& handshake = sockets[0]->handshake();
  EXPECT_TRUE(handshake.auth.is_null());
  EXPECT_TRUE(handshake.headers.fields().empty());
  EXPECT_TRUE(handshake.query.empty());
  EXPECT_TRUE(handshake.address.is_loopback());
}

TEST_F(ForgetfulTest, WhoeverLeavesConnectsAnewToJoinAgain) {
  const auto socket = open_raw();
  EXPECT_TRUE(loop.run(socket->write("40", true)));
  EXPECT_TRUE(loop.run(socket->read()).value().data.starts_with("40{"));
  EXPECT_TRUE(loop.run(socket->write("41", true)));
  EXPECT_TRUE(loop.run(socket->write("40", true)));
  EXPECT_TRUE(loop.run(socket->read()).value().data.starts_with("44{"));
  EXPECT_EQ(loop.run(socket->read()).error().code(), "connection_closed");
}

TEST_F(SocketTest, ARelaySeesTheTextOfAnEventBeforeItIsParsed) {
  std::vector<std::string> texts;
  std::vector<std::string> parsed;
  server->of("/").on_text("relay", [&](Socket& socket, std::string_view text) {
    EXPECT_EQ(&socket, sockets[0].get());
    texts.emplace_back(text);
    return text.find("take") != std::string_view::npos;
  });
  Client& client = connect();
  sockets[0]->on_any([&](const Event& event) {
    parsed.push_back(*event.raw);
    changed.notify();
  });
  EXPECT_TRUE(client.emit("relay", {"take"}));
  EXPECT_TRUE(client.emit("relay", {"leave"}));
  EXPECT_TRUE(client.emit("relayed", {"take"}));
  EXPECT_TRUE(client.emit("relay", {"take"}, {core::ByteVector{1}}));
  until([&] { return parsed.size() == 3; });
  EXPECT_EQ(texts, (std::vector<std::string>{R"(["relay","take"])", R"(["relay","leave"])"}));
  EXPECT_EQ(parsed[0], R"(["relay","leave"])");
  EXPECT_EQ(parsed[1], R"(["relayed","take"])");
}

TEST_F(SocketTest, TextThatAHandlerLeavesIsCheckedAsEver) {
  server->of("/").on_text("relay", [](Socket&, std::string_view) { return false; });
  Client& client = connect();
  sockets[0]->on("relay", [](const Event&) { throw std::runtime_error("broken"); });
  EXPECT_TRUE(client.emit("relay", {1}));
  EXPECT_TRUE(client.emit("relay", {2}));
  sockets[0]->on("ask", [](const Event& event) { event.ack({true}); });
  EXPECT_TRUE(loop.run(client.request("ask", {}, 5s)));
}

TEST_F(SocketTest, IsInTheRoomOfItsOwnIdWhileItIsConnected) {
  Client& client = connect();
  Namespace& nsp = server->of("/");
  const auto id = sockets[0]->id();
  EXPECT_EQ(sockets[0]->rooms(), std::vector<std::string>{id});
  EXPECT_EQ(nsp.room_size(id), 1U);
  EXPECT_EQ(nsp.room_names(), std::vector<std::string>{id});
  std::vector<std::string> left;
  sockets[0]->on_disconnect([&](std::string_view) { left = sockets[0]->rooms(); });
  std::string got;
  client.on("hello", [&](const Event& event) {
    got = event.name;
    changed.notify();
  });
  nsp.to(id).emit("hello", {});
  until([&] { return !got.empty(); });
  sockets[0]->disconnect(true);
  EXPECT_EQ(left, std::vector<std::string>{id});
  EXPECT_EQ(nsp.room_size(id), 0U);
  EXPECT_TRUE(sockets[0]->rooms().empty());
}

TEST_F(SocketTest, AsksItsClientAndIsAnswered) {
  Client& client = connect();
  client.on("add",
            [](const Event& event) { event.ack({event.args[0].as_int64() + event.args[1].as_int64()}); });
  const auto answer = loop.run(sockets[0]->request("add", {2, 3}, 5s));
  EXPECT_EQ(core::serialize_json(answer.value()), "[5]");
}

TEST_F(SocketTest, SaysWhenNoAnswerComes) {
  connect();
  EXPECT_EQ(loop.run(sockets[0]->request("silence", {}, 10ms)).error().code(), "ack_timeout");
}

TEST_F(SocketTest, CarriesBinaryBothWays) {
  Client& client = connect();
  client.on("file", [](const Event& event) {
    core::ByteVector bytes = *attachment_of(event.args[0], event.attachments);
    bytes.push_back(9);
    event.ack({placeholder(0)}, {bytes});
  });
  const auto answer = loop.run(sockets[0]->request_binary("file", {placeholder(0)}, {{1, 2}}, 5s)).value();
  EXPECT_EQ(*attachment_of(answer.args[0], answer.attachments), (core::ByteVector{1, 2, 9}));
}

TEST_F(SocketTest, AnswersOnlyTheFirstTime) {
  Client& client = connect();
  sockets[0]->on("ask", [](const Event& event) {
    event.ack({1});
    event.ack({2});
  });
  EXPECT_EQ(core::serialize_json(loop.run(client.request("ask", {}, 5s)).value()), "[1]");
  EXPECT_EQ(core::serialize_json(loop.run(client.request("ask", {}, 5s)).value()), "[1]");
}

TEST_F(SocketTest, DisconnectsItsClient) {
  connect();
  std::string why;
  sockets[0]->on_disconnect([&](std::string_view reason) { why = reason; });
  sockets[0]->disconnect();
  EXPECT_EQ(why, "server namespace disconnect");
  EXPECT_FALSE(sockets[0]->connected());
  EXPECT_EQ(sockets[0]->emit("late", {}).error().code(), "disconnected");
  until([&] { return !reasons.empty(); });
  EXPECT_EQ(reasons[0], "io server disconnect");
  EXPECT_EQ(server->of("/").socket_count(), 0U);
}

TEST_F(SocketTest, ASlowReaderIsDisconnectedAndOthersAreNot) {
  connect();
  connect();
  std::string why;
  sockets[0]->on_disconnect([&](std::string_view reason) { why = reason; });
  core::Result<void> sent;
  for (int i = 0; i < 100 && sent; ++i) sent = sockets[0]->emit("big", {std::string(100'000, 'x')});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), "slow_reader");
  EXPECT_EQ(why, "transport error");
  EXPECT_TRUE(sockets[1]->connected());
}

TEST_F(SocketTest, AHandlerThatThrowsHarmsNobody) {
  Client& client = connect();
  sockets[0]->on("bad", [](const Event&) { throw std::runtime_error("broken"); });
  sockets[0]->on("good", [](const Event& event) { event.ack({true}); });
  EXPECT_TRUE(client.emit("bad", {}));
  EXPECT_TRUE(loop.run(client.request("good", {}, 5s)));
}

TEST_F(SocketTest, KeepsToItsLimitOfRooms) {
  connect();
  for (int i = 0; i < 100; ++i) sockets[0]->join(std::to_string(i));
  EXPECT_EQ(sockets[0]->rooms().size(), 64U);
}

TEST_F(SocketTest, PendingRequestsEndWithTheConnection) {
  Client& client = connect();
  client.on("ask", [this](const Event&) { sockets[0]->disconnect(true); });
  EXPECT_EQ(loop.run(sockets[0]->request("ask", {}, 5s)).error().code(), "disconnected");
}

}  // namespace
}  // namespace pantheon::socketio
