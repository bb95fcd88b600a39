#include <gmock/gmock.h>

#include <boost/asio/read_until.hpp>

#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "http/websocket_frame.hpp"

namespace pantheon::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// What came to the server, and that it ended.
struct Heard final : WebSocket::Reader {
  explicit Heard(asio::any_io_executor executor) : changed(std::move(executor)) {}
  void take(WebSocket::MessageView message) override { messages.emplace_back(message.data); }
  void ended(const core::Error& why) override {
    code = why.code();
    changed.notify();
  }
  core::AsyncEvent changed;
  std::vector<std::string> messages;
  std::string code;
};

/// A server that reads in the background, and a client that writes bytes of its own.
class WebSocketBackgroundTest : public testing::Test {
 protected:
  WebSocketBackgroundTest() {
    server.upgrade("/ws", [this](Request, std::unique_ptr<WebSocket> socket) -> asio::awaitable<void> {
      remote = std::move(socket);
      EXPECT_TRUE(remote->start_reading(heard, tasks));
      co_return;
    });
    EXPECT_TRUE(server.listen());
  }
  void TearDown() override {
    remote.reset();
    loop.run(server.stop());
    loop.run(tasks->join());
  }

  static std::string frame(Opcode opcode, std::string payload) {
    const std::array<std::uint8_t, 4> mask{1, 2, 3, 4};
    apply_mask(std::span(payload), mask);
    return std::string(encode_frame_header(opcode, {payload.size()}, mask).view()) + payload;
  }

  /// Says these frames behind the handshake, hangs up if asked to, and returns what it heard.
  asio::awaitable<std::string> talk(std::string frames, bool hangs_up) {
    constexpr auto kErrorAndSize = asio::as_tuple(asio::use_awaitable);
    asio::ip::tcp::socket socket(loop.executor());
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server.port());
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    const std::string bytes =
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
        std::move(frames);
    co_await asio::async_write(socket, asio::buffer(bytes), kErrorAndSize);
    if (hangs_up) socket.shutdown(asio::ip::tcp::socket::shutdown_send);
    std::string answer;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), kErrorAndSize);
    while (heard->code.empty()) co_await heard->changed.wait();
    co_return answer;
  }

  /// Is let in, has the server close, and sends until it is cut or has sent so much; how much that was.
  asio::awaitable<std::size_t> send_behind_close(std::size_t most) {
    constexpr auto kErrorAndSize = asio::as_tuple(asio::use_awaitable);
    asio::ip::tcp::socket socket(loop.executor());
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), server.port());
    co_await socket.async_connect(endpoint, asio::use_awaitable);
    const std::string handshake =
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(handshake), asio::use_awaitable);
    std::string answer;
    co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n", asio::use_awaitable);
    std::string no_reason;
    tasks->spawn(remote->close(1000, std::move(no_reason)));
    const std::string piece = frame(Opcode::binary, std::string(60'000, 'x'));
    std::size_t sent = 0;
    while (sent < most) {
      const auto [error, count] = co_await asio::async_write(socket, asio::buffer(piece), kErrorAndSize);
      sent += count;
      if (error) break;
    }
    co_return sent;
  }

  TestLoop loop;
  std::shared_ptr<Heard> heard = std::make_shared<Heard>(loop.executor());
  std::shared_ptr<core::TaskGroup> tasks = std::make_shared<core::TaskGroup>(loop.executor());
  std::unique_ptr<WebSocket> remote;
  Server server{loop.executor()};
};

const std::string kGoodbye = encode_close({1000, ""});

TEST_F(WebSocketBackgroundTest, WhoWaitsForTheAnswerToItsCloseFrameGetsOne) {
  const auto answer = loop.run(talk(frame(Opcode::text, "last") + frame(Opcode::close, kGoodbye), false));
  EXPECT_THAT(answer, HasSubstr("101 Switching Protocols"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n\x88\x02\x03\xE8"));
  EXPECT_EQ(heard->messages, std::vector<std::string>{"last"});
  EXPECT_EQ(heard->code, "connection_closed");
}

TEST_F(WebSocketBackgroundTest, WhoHangsUpBehindItsCloseFrameIsHeardToTheEndAndGetsNone) {
  const auto answer = loop.run(talk(frame(Opcode::text, "last") + frame(Opcode::close, kGoodbye), true));
  EXPECT_EQ(answer.find("\x88\x02"), std::string::npos);
  EXPECT_EQ(heard->messages, std::vector<std::string>{"last"});
  EXPECT_EQ(heard->code, "connection_closed");
}

TEST_F(WebSocketBackgroundTest, WhoSaysMoreBehindItsCloseFrameIsAnsweredAndNotHeard) {
  const auto answer = loop.run(talk(frame(Opcode::close, kGoodbye) + frame(Opcode::text, "late"), false));
  EXPECT_THAT(answer, HasSubstr("\x88\x02\x03\xE8"));
  EXPECT_TRUE(heard->messages.empty());
  EXPECT_EQ(heard->code, "connection_closed");
}

TEST_F(WebSocketBackgroundTest, AFloodOfPingsIsAnsweredAndDoesNotUseUpTheStack) {
  constexpr int kMoreThanTheStackHolds = 40'000;  // of calls within each other, 200 bytes each
  std::string pings;
  for (int i = 0; i < kMoreThanTheStackHolds; ++i) pings += frame(Opcode::ping, "");
  const auto answer =
      loop.run(talk(pings + frame(Opcode::text, "last") + frame(Opcode::close, kGoodbye), false));
  EXPECT_THAT(answer, EndsWith("\x88\x02\x03\xE8"));
  EXPECT_EQ(heard->messages, std::vector<std::string>{"last"});
}

TEST_F(WebSocketBackgroundTest, WhoFloodsUsBehindOurCloseFrameIsCutBeforeTheTimeForItsAnswerIsOver) {
  constexpr std::size_t kMost = 512 * 1024 * 1024;
  constexpr std::size_t kSocketBuffers = 64 * 1024 * 1024;
  EXPECT_LT(loop.run(send_behind_close(kMost)), kSocketBuffers);
}

}  // namespace
}  // namespace pantheon::http
