#include <gmock/gmock.h>

#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "http/websocket_frame.hpp"

namespace pantheon::http {
namespace {

constexpr int kPings = 1000;

std::string frame(Opcode opcode, std::string payload) {
  const std::array<std::uint8_t, 4> mask{1, 2, 3, 4};
  apply_mask(std::span(payload), mask);
  return std::string(encode_frame_header(opcode, {payload.size()}, mask).view()) + payload;
}

/// As many pings as one read brings, and a word behind them.
std::string flood() {
  std::string bytes =
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  for (int i = 0; i < kPings; ++i) bytes += frame(Opcode::ping, "");
  return bytes + frame(Opcode::text, "last") + frame(Opcode::close, encode_close({1000, ""}));
}

/// Counts the turns of the loop.
struct Turns {
  void count() {
    asio::post(executor, [this] {
      ++number;
      if (!stopped) count();
    });
  }
  asio::any_io_executor executor;
  int number = 0;
  bool stopped = false;
};

class WebSocketFairnessTest : public testing::Test {
 protected:
  /// How many turns the others had between the first ping and the word, with a server that reads like this.
  template <class Read>
  int turns_with(Read read) {
    Server server(loop.executor());
    Turns turns{loop.executor()};
    server.upgrade("/ws", [&](Request, std::unique_ptr<WebSocket> socket) -> asio::awaitable<void> {
      turns.count();
      co_await read(*socket);
      turns.stopped = true;
      co_await socket->read();
    });
    EXPECT_TRUE(server.listen());
    const auto answer = loop.run(exchange_raw(server.port(), flood()));
    EXPECT_THAT(answer, testing::EndsWith("\x88\x02\x03\xE8"));
    loop.run(server.stop());
    return turns.number;
  }

  TestLoop loop;
};

TEST_F(WebSocketFairnessTest, OthersHaveTheirTurnBetweenPingsOfOneClientThatIsReadMessageByMessage) {
  const int turns = turns_with([](WebSocket& socket) -> asio::awaitable<void> {
    const auto message = co_await socket.read();
    EXPECT_EQ(message.value_or(WebSocket::Message{}).data, "last");
  });
  EXPECT_GE(turns, kPings);
}

TEST_F(WebSocketFairnessTest, OthersHaveTheirTurnBetweenPingsOfOneClientThatIsReadInPlace) {
  const int turns = turns_with([](WebSocket& socket) -> asio::awaitable<void> {
    std::string heard;
    WebSocket::Sink sink = [&heard](WebSocket::MessageView message) {
      heard = message.data;
      return false;
    };
    const auto read = co_await socket.read_each(sink);
    EXPECT_TRUE(read);
    EXPECT_EQ(heard, "last");
  });
  EXPECT_GE(turns, kPings);
}

}  // namespace
}  // namespace pantheon::http
