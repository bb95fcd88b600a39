#include "session/device_tokens.hpp"

#include <gtest/gtest.h>

#include "core/bytes.hpp"
#include "core/json.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::session {
namespace {

TEST(ExpiryOf, ReadsTheClaim) {
  const auto payload = core::to_base64url(core::as_bytes(R"({"exp":1700000000})"));
  EXPECT_EQ(expiry_of("h." + payload + ".s"), core::WallTime(std::chrono::seconds(1'700'000'000)));
}

TEST(ExpiryOf, IsThePastForAnythingElse) {
  for (const char* text : {"", "a", "a.b", "a.!!.c", "a.e30.c"})
    EXPECT_EQ(expiry_of(text), core::WallTime{}) << text;
}

/// A signaling server that gives a new pair of tokens to whoever asks.
class DeviceTokensTest : public testing::Test {
 protected:
  DeviceTokensTest() {
    server_.route("GET", "/v1/nonce", [](http::Request) { return give(core::json::object{{"nonce", "n"}}); });
    server_.route("POST", "/v1/tokens/refresh", [this](http::Request request) {
      const auto body = core::parse_json_object(request.body).value();
      used_.emplace_back(core::get_string(body, "refreshToken").value_or(""));
      const auto number = std::to_string(++refreshed_);
      return give({{"accessToken", good_token(number)}, {"refreshToken", "r" + number}});
    });
    EXPECT_TRUE(server_.listen());
  }
  void TearDown() override { loop_.run(server_.stop()); }

  static asio::awaitable<http::Response> give(core::json::object answer) {
    co_return http::json_response(200, core::serialize_json(answer));
  }
  /// Good for a long time by our clock.
  static std::string good_token(const std::string& name) {
    return name + "." + core::to_base64url(core::as_bytes(R"({"exp":32503680000})")) + ".s";
  }
  std::string token(DeviceTokens& tokens) { return loop_.run(tokens.access_token()).value(); }

  http::TestLoop loop_;
  http::Server server_{loop_.executor()};
  http::Client client_{loop_.executor()};
  int refreshed_ = 0;
  std::vector<std::string> used_;  ///< to refresh with
};

TEST_F(DeviceTokensTest, OneThatTheServerRefusedIsReplacedOnceThoughOurClockThinksWellOfIt) {
  const auto key = identity::DeviceKey::generate();
  DeviceTokens tokens(client_, "http://127.0.0.1:" + std::to_string(server_.port()), key.device_id(), key,
                      {good_token("0"), "r0"},
                      [](const DeviceTokens::Pair&) { return core::Result<void>{}; });
  EXPECT_EQ(token(tokens), good_token("0"));
  tokens.replace();
  EXPECT_EQ(token(tokens), good_token("1"));
  EXPECT_EQ(token(tokens), good_token("1"));
}

// The one on disk would count as used before, after a restart, and all tokens would be taken back.
TEST_F(DeviceTokensTest, OneThatCouldNotBeKeptIsNotUsedToRefresh) {
  const auto key = identity::DeviceKey::generate();
  bool full = true;
  DeviceTokens tokens(client_, "http://127.0.0.1:" + std::to_string(server_.port()), key.device_id(), key,
                      {good_token("0"), "r0"}, [&full](const DeviceTokens::Pair&) -> core::Result<void> {
                        if (full) return core::failure(core::CommonError::internal);
                        return {};
                      });
  for (const auto* expected : {"1", "2", "3"}) {
    tokens.replace();
    const auto given = loop_.run(tokens.access_token());
    ASSERT_TRUE(given) << "the access token is good";
    EXPECT_EQ(*given, good_token(expected));
    full = false;
  }
  EXPECT_EQ(used_, (std::vector<std::string>{"r0", "r0", "r2"}));
}

}  // namespace
}  // namespace pantheon::session
