#include "session/insist.hpp"

#include <gtest/gtest.h>

#include "core/async_event.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "socketio/server.hpp"

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;
using core::json::object;

/// A signaling server that answers as it is told to, and a client of it.
class InsistTest : public testing::Test {
 protected:
  InsistTest() {
    server_.of("/").on_connection([this](const std::shared_ptr<socketio::Socket>& socket) {
      socket->on("join", [this](const socketio::Event& event) {
        event.ack({answers_.at(std::min(asked_, answers_.size() - 1))});
        ++asked_;
      });
    });
    server_.attach(web_);
    EXPECT_TRUE(web_.listen());
    socketio::ClientOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(web_.port());
    client_.emplace(loop_.executor(), options);
    client_->on_connect([this] { connected_.notify(); });
    client_->start();
    loop_.run(until_connected());
  }
  void TearDown() override {
    loop_.run(client_->stop());
    loop_.run(server_.stop());
    loop_.run(web_.stop());
  }
  asio::awaitable<void> until_connected() {
    while (!client_->connected()) co_await connected_.wait();
  }
  core::Result<object> ask(std::size_t most = 10) {
    return loop_.run(insist(*client_, "join", [this, most] { return asked_ < most; }));
  }

  http::TestLoop loop_;
  http::Server web_{loop_.executor()};
  socketio::Server server_{loop_.executor()};
  core::AsyncEvent connected_{loop_.executor()};
  std::optional<socketio::Client> client_;
  std::vector<object> answers_;
  std::size_t asked_ = 0;
};

const object kBusy{{"ok", false}, {"code", "rate_limited"}, {"message", "wait"}, {"retryAfterMs", 1}};
const object kYes{{"ok", true}, {"x", 1}};

TEST_F(InsistTest, AsksAgainUntilTheServerHasTimeForIt) {
  answers_ = {kBusy, kBusy, kYes};
  const auto answer = ask();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("x"), 1);
  EXPECT_EQ(asked_, 3U);
}

TEST_F(InsistTest, EndsWhenTheServerDoesNotKnowWhatIsAsked) {
  answers_ = {object{{"ok", false}, {"code", "unknown_event"}, {"message", "no such event"}}};
  EXPECT_FALSE(ask());
  EXPECT_EQ(asked_, 1U);
}

TEST_F(InsistTest, EndsWhenItIsNotWantedAnyMore) {
  answers_ = {kBusy};
  EXPECT_EQ(ask(2).error().code(), "cancelled");
  EXPECT_EQ(asked_, 2U);
}

TEST(AcknowledgedTest, SaysHowLongToWait) {
  const core::json::array ack{object{{"ok", false}, {"message", "wait"}, {"retryAfterMs", 700}}};
  EXPECT_EQ(acknowledged(ack).error().retry_after(), 700ms);
  EXPECT_FALSE(acknowledged(core::json::array{}));
  EXPECT_TRUE(acknowledged(core::json::array{kYes}));
}

}  // namespace
}  // namespace pantheon::session
