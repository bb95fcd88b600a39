#include "signaling/legacy_session.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "core/async_event.hpp"
#include "http/error.hpp"

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

struct Peer {
  explicit Peer(asio::any_io_executor executor) : changed(std::move(executor)) {}
  core::AsyncEvent changed;
  bool aborted = false;
};

/// To a client that takes no bytes and says nothing.
class StuckSocket final : public http::WebSocket {
 public:
  explicit StuckSocket(std::shared_ptr<Peer> peer) : peer_(std::move(peer)) {}

  void limit_messages(core::Bytes) override {}
  asio::awaitable<core::Result<Message>> read() override {
    co_await until_aborted();
    co_return core::failure(http::HttpError::connection_closed);
  }
  asio::awaitable<core::Result<void>> read_each(Sink) override {
    co_await until_aborted();
    co_return core::failure(http::HttpError::connection_closed);
  }
  bool start_reading(std::weak_ptr<Reader>, std::shared_ptr<core::TaskGroup>) override { return false; }
  asio::awaitable<core::Result<void>> write(std::string_view, bool) override {
    co_await until_aborted();
    co_return core::failure(http::HttpError::connection_closed);
  }
  bool write_now(std::span<const MessageView>) override { return false; }
  bool has_unsent() const override { return true; }
  asio::awaitable<core::Result<void>> write_all(std::span<const MessageView>) override {
    co_await until_aborted();
    co_return core::failure(http::HttpError::connection_closed);
  }
  asio::awaitable<void> close(std::uint16_t, std::string) override { co_await until_aborted(); }
  void abort() override {
    peer_->aborted = true;
    peer_->changed.notify();
  }

 private:
  asio::awaitable<void> until_aborted() {
    while (!peer_->aborted) co_await peer_->changed.wait();
  }
  std::shared_ptr<Peer> peer_;
};

class LegacySessionTest : public testing::Test {
 protected:
  /// Lets it go on for that long, or until it is cut off.
  void run(std::chrono::milliseconds most) {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!peer->aborted && std::chrono::steady_clock::now() < end) {
      io.restart();
      io.run_one_until(end);
    }
  }
  void TearDown() override {
    session->abort();
    bool joined = false;
    asio::co_spawn(io, tasks.join(), [&](const std::exception_ptr&) { joined = true; });
    io.restart();
    while (!joined) io.run_one();
  }

  asio::io_context io;
  core::TaskGroup tasks{io.get_executor()};
  std::shared_ptr<Peer> peer = std::make_shared<Peer>(io.get_executor());
  std::shared_ptr<LegacySession> session =
      std::make_shared<LegacySession>(std::make_unique<StuckSocket>(peer), tasks, 50ms);
};

TEST_F(LegacySessionTest, WhoTakesNoBytesIsCutOffSoonAfterItsEnd) {
  session->send("an answer");
  session->close(kPolicyViolation, "signed out");
  EXPECT_TRUE(session->closing());
  session->expect_within(10min, core::Error(core::CommonError::timeout));
  run(10s);
  EXPECT_TRUE(peer->aborted);
}

TEST_F(LegacySessionTest, WhoTakesNoBytesAndSaysNothingIsCutOff) {
  session->send("an answer");
  session->expect_within(20ms, core::Error(core::CommonError::timeout));
  run(10s);
  EXPECT_TRUE(peer->aborted);
}

TEST_F(LegacySessionTest, WhoTakesItsTimeIsLeftAlone) {
  session->send("an answer");
  run(100ms);
  EXPECT_FALSE(peer->aborted);
}

}  // namespace
}  // namespace pantheon::signaling
