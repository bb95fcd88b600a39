#include "socketio/broadcast.hpp"

#include "socketio/testing/pair.hpp"

namespace pantheon::socketio {
namespace {

using namespace std::chrono_literals;

/// Other nodes that write down what they are asked.
class RecordingAdapter final : public Adapter {
 public:
  void broadcast(Namespace& nsp, const Packet& packet, const Selection& to, bool is_volatile) override {
    seen.push_back("broadcast " + nsp.name() + " " + packet.payload + " " + text(to) +
                   (is_volatile ? " volatile" : ""));
  }
  asio::awaitable<BroadcastAnswers> request(Namespace&, Packet packet, Selection to,
                                            std::chrono::milliseconds) override {
    seen.push_back("request " + packet.payload + " " + text(to));
    BroadcastAnswers answers{2, {}};
    answers.answers.push_back({{"elsewhere"}, {}});
    co_return answers;
  }
  void join(Namespace&, const Selection& who, const std::vector<std::string>& rooms) override {
    seen.push_back("join " + text(who) + " " + rooms.at(0));
  }
  void leave(Namespace&, const Selection& who, const std::vector<std::string>& rooms) override {
    seen.push_back("leave " + text(who) + " " + rooms.at(0));
  }
  void disconnect(Namespace&, const Selection& who, bool close_transport) override {
    seen.push_back("disconnect " + text(who) + (close_transport ? " all" : ""));
  }
  asio::awaitable<core::Result<std::vector<RemoteSocket>>> fetch(Namespace&, Selection) override {
    std::vector<RemoteSocket> sockets;
    sockets.push_back({"far", {}, {"a"}, nullptr});
    co_return sockets;
  }
  void server_side_emit(Namespace&, const core::json::array& event) override {
    seen.push_back("server " + core::serialize_json(event));
  }

  std::vector<std::string> seen;

 private:
  static std::string text(const Selection& selection) {
    std::string all = "[";
    for (const auto& room : selection.rooms) all.append(room).append(" ");
    all.append("but ");
    for (const auto& room : selection.except) all.append(room).append(" ");
    return all.append("]");
  }
};

class BroadcastTest : public SocketioTest {
 protected:
  void use_other_nodes() { server->set_adapter(others); }
  // Every client answers `ask` with its number and counts what else it is sent.
  void connect_some(int count) {
    for (int i = 0; i < count; ++i) {
      Client& client = connect();
      client.on("ask", [i](const Event& event) { event.ack({i}); });
      client.on("hello", [this](const Event&) {
        ++hellos;
        changed.notify();
      });
    }
  }
  Namespace& nsp() { return server->of("/"); }

  std::shared_ptr<RecordingAdapter> others = std::make_shared<RecordingAdapter>();
  int hellos = 0;
};

TEST_F(BroadcastTest, GathersTheAnswersOfAllSockets) {
  connect_some(3);
  const auto all = loop.run(nsp().except(sockets[1]->id()).request("ask", {}, 5s));
  EXPECT_EQ(all.expected, 2U);
  EXPECT_TRUE(all.complete());
  EXPECT_EQ(all.answers.size(), 2U);
}

TEST_F(BroadcastTest, GivesWhatCameInTimeWhenSomebodyIsSilent) {
  connect_some(2);
  connect();  // has no handler for it
  const auto all = loop.run(nsp().select({}).request("ask", {}, 100ms));
  EXPECT_EQ(all.expected, 3U);
  EXPECT_EQ(all.answers.size(), 2U);
  EXPECT_FALSE(all.complete());
}

TEST_F(BroadcastTest, AskingNobodyIsAnsweredAtOnce) {
  const auto all = loop.run(nsp().to("empty").request("ask", {}, 5s));
  EXPECT_TRUE(all.complete());
}

TEST_F(BroadcastTest, JoinsAndLeavesRoomsForOthers) {
  connect_some(2);
  nsp().select({}).join({"a"});
  EXPECT_EQ(nsp().room_size("a"), 2U);
  nsp().to(sockets[0]->id()).leave({"a"});
  EXPECT_EQ(nsp().room_size("a"), 1U);
}

TEST_F(BroadcastTest, ASocketReachesAllButItself) {
  connect_some(3);
  sockets[2]->join("a");
  sockets[0]->broadcast().emit("hello", {});
  sockets[0]->to("a").emit("hello", {});
  until([&] { return hellos == 3; });
  EXPECT_TRUE(loop.run(sockets[0]->request("ask", {}, 5s)));
  EXPECT_EQ(hellos, 3);
}

TEST_F(BroadcastTest, VolatileEventsAreDroppedWhileSomethingWaits) {
  connect_some(1);
  EXPECT_TRUE(sockets[0]->emit("hello", {}));
  EXPECT_FALSE(sockets[0]->emit_if_writable("hello", {}));
  nsp().select({}).if_writable().emit("hello", {});
  until([&] { return hellos == 1; });
  EXPECT_TRUE(sockets[0]->emit_if_writable("hello", {}));
  until([&] { return hellos == 2; });
}

TEST_F(BroadcastTest, WhatIsDoneHereIsAskedOfOtherNodesToo) {
  use_other_nodes();
  nsp().to("a").except("b").emit("hello", {1});
  nsp().to("a").if_writable().emit("hello", {});
  nsp().to("a").join({"c"});
  nsp().to("a").leave({"c"});
  nsp().to("a").disconnect(true);
  nsp().server_side_emit("ping", {1});
  EXPECT_EQ(others->seen,
            (std::vector<std::string>{
                R"(broadcast / ["hello",1] [a but b ])", R"(broadcast / ["hello"] [a but ] volatile)",
                "join [a but ] c", "leave [a but ] c", "disconnect [a but ] all", R"(server ["ping",1])"}));
}

TEST_F(BroadcastTest, WhatIsLocalStaysHere) {
  use_other_nodes();
  connect_some(1);
  auto here = nsp().select({}).local();
  here.emit("hello", {});
  here.join({"a"});
  here.disconnect();
  EXPECT_TRUE(others->seen.empty());
  EXPECT_EQ(nsp().socket_count(), 0U);
}

TEST_F(BroadcastTest, AnswersAndSocketsOfOtherNodesAreAdded) {
  use_other_nodes();
  connect_some(1);
  const auto all = loop.run(nsp().select({}).request("ask", {}, 5s));
  EXPECT_EQ(all.expected, 3U);
  EXPECT_EQ(all.answers.size(), 2U);
  const auto found = loop.run(nsp().select({}).fetch()).value();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, sockets[0]->id());
  EXPECT_EQ(found[1].id, "far");
}

TEST_F(BroadcastTest, OthersSeeNoCredentialsOfASocket) {
  connect("/", []() -> asio::awaitable<core::Result<core::json::object>> {
    co_return core::json::object{{"token", "secret"}};
  });
  nsp().share_data([](const Socket& socket) { return core::json::value(socket.id()); });
  const auto seen = nsp().describe(*sockets[0]);
  EXPECT_EQ(core::serialize_json(seen.handshake).find("secret"), std::string::npos);
  EXPECT_EQ(seen.data, core::json::value(sockets[0]->id()));
}

TEST_F(BroadcastTest, EachAnswerIsHandedOnAsItComes) {
  connect_some(2);
  std::size_t answers = 0;
  Packet packet;
  packet.payload = R"(["ask"])";
  const auto asked = nsp().select({}).local().ask_local(packet, 5s, [&](Answer) {
    ++answers;
    changed.notify();
  });
  EXPECT_EQ(asked, 2U);
  until([&] { return answers == 2; });
}

TEST_F(BroadcastTest, EventsOfOtherNodesReachTheirHandlers) {
  std::string got;
  nsp().on_server_side("ping", [&](const Event& event) { got = core::serialize_json(event.args); });
  nsp().receive_server_side({.name = "ping", .args = {1}, .attachments = {}, .raw = {}, .acknowledge = {}});
  EXPECT_EQ(got, "[1]");
  EXPECT_TRUE(loop.run(nsp().server_side_request("ping", {}, 1s)).value().empty());
}

}  // namespace
}  // namespace pantheon::socketio
