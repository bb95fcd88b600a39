#include "session/account_client.hpp"

#include <gtest/gtest.h>

#include "core/async_event.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "session/error.hpp"

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

}  // namespace
}  // namespace pantheon::session
