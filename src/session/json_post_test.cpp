#include "session/json_post.hpp"

#include <gtest/gtest.h>

#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "identity/error.hpp"
#include "session/error.hpp"
#include "session/sign_in.hpp"

namespace pantheon::session {
namespace {

/// An HTTP server that gives one answer to everything.
class JsonPost : public testing::Test {
 protected:
  JsonPost() {
    server_.route_prefix("/", [this](http::Request) { return give(); });
    EXPECT_TRUE(server_.listen());
  }
  void TearDown() override { loop_.run(server_.stop()); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  static http::Response coded(unsigned status, const std::string& code, const std::string& message) {
    const core::json::object error{{"code", code}, {"message", message}};
    return http::json_response(status, core::serialize_json(core::json::object{{"error", error}}));
  }
  core::Result<core::json::object> post(http::Response answer) {
    answer_ = std::move(answer);
    return loop_.run(post_json(client_, url() + "/v1/x", core::json::object()));
  }
  core::Error error_of(http::Response answer) {
    const auto posted = post(std::move(answer));
    return posted ? core::Error(core::CommonError::internal, "no error") : posted.error();
  }

  asio::awaitable<http::Response> give() const { co_return answer_; }

  http::TestLoop loop_;
  http::Server server_{loop_.executor()};
  http::Client client_{loop_.executor()};
  http::Response answer_;
};

TEST_F(JsonPost, GivesTheObjectOfTheAnswer) {
  const auto answer = post(http::json_response(200, R"({"a":"b"})"));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(core::get_string(*answer, "a"), "b");
}

TEST_F(JsonPost, ARefusedPairingIsSaidInTheWordsOfItsCodeAndNoFailureOfTheServer) {
  const std::string words =
      "The pairing link is unknown, used or expired; make a new one on the other device.";
  const auto error = error_of(coded(404, "pairing_code_unknown", words));
  EXPECT_TRUE(error.is(SessionError::pairing_code_unknown));
  EXPECT_EQ(error.message(), words);
  EXPECT_EQ(error.exit_code(), 65);
  EXPECT_TRUE(error_of(coded(409, "pairing_busy", "")).is(SessionError::pairing_busy));
  EXPECT_TRUE(error_of(coded(403, "pairing_refused", "")).is(SessionError::pairing_refused));
  EXPECT_TRUE(error_of(coded(504, "pairing_voucher_gone", "")).is(SessionError::pairing_voucher_gone));
  EXPECT_TRUE(error_of(coded(403, "devices_off", "")).is(SessionError::devices_off));
  EXPECT_TRUE(error_of(coded(429, "rate_limited", "")).is(SessionError::rate_limited));
}

TEST_F(JsonPost, AServerThatHasTooMuchToDoSaysHowLongToWait) {
  const auto too_many = [](core::json::value after) {
    const core::json::object error{
        {"code", "rate_limited"}, {"message", ""}, {"retryAfterMs", std::move(after)}};
    return http::json_response(429, core::serialize_json(core::json::object{{"error", error}}));
  };
  EXPECT_EQ(error_of(too_many(1500)).retry_after(), std::chrono::milliseconds(1500));
  EXPECT_EQ(error_of(too_many(1'000'000'000)).retry_after(), std::chrono::minutes(5));
  EXPECT_EQ(error_of(too_many(-1)).retry_after(), std::chrono::milliseconds(0));
  EXPECT_EQ(error_of(coded(429, "rate_limited", "")).retry_after(), std::chrono::milliseconds(0));
}

TEST_F(JsonPost, WhatTheServerSaysBeyondItsWordsIsKept) {
  const auto error = error_of(coded(
      409, "pairing_busy", "Another device is just using this pairing link; try again in a moment. (x)"));
  EXPECT_EQ(error.detail(), "x");
}

TEST_F(JsonPost, ARefusalOfTheDeviceIsOne) {
  EXPECT_TRUE(error_of(coded(401, "auth_invalid", "")).is(SessionError::not_signed_in));
  const core::Error removed(identity::IdentityError::device_revoked);
  const auto error = error_of(http::error_response(removed));
  EXPECT_TRUE(error.is(SessionError::token_refused));
  EXPECT_EQ(error.detail(), "device_revoked: " + removed.message());
}

TEST_F(JsonPost, AnotherRefusalIsToldApartFromAServerThatIsAway) {
  EXPECT_TRUE(error_of(coded(400, "some_code", "why")).is(SessionError::server_refused));
  EXPECT_EQ(error_of(coded(400, "some_code", "why")).detail(), "some_code: why");
  EXPECT_TRUE(error_of(coded(503, "draining", "")).is(core::CommonError::unavailable));
  EXPECT_TRUE(error_of({502, {}, "<h1>Bad Gateway</h1>"}).is(core::CommonError::unavailable));
}

TEST_F(JsonPost, WhatDoesNotAnswerAsASignalingServerIsNone) {
  for (const auto& answer :
       {http::Response{200, {}, "<html>"}, http::Response{404, {}, "not here"},
        http::Response{404, {}, R"({"detail":"Not Found"})"}, http::Response{405, {}, ""},
        http::Response{501, {}, "<html>"}, coded(404, "not_found", "Nothing")}) {
    const auto error = error_of(answer);
    EXPECT_TRUE(error.is(SessionError::no_signaling_server)) << error.message();
    EXPECT_EQ(error.exit_code(), 76);
    EXPECT_EQ(error.detail(), url() + "/v1/x answers with status " + std::to_string(answer.status));
  }
}

TEST_F(JsonPost, SaysWhereAnotherAddressLeads) {
  const auto error = error_of({301, {{"Location", "https://x/"}}, ""});
  EXPECT_TRUE(error.is(SessionError::no_signaling_server));
  EXPECT_TRUE(error.detail().ends_with("status 301 and leads to https://x/")) << error.detail();
}

TEST_F(JsonPost, AnAnswerWithoutANonceIsOfNoSignalingServer) {
  answer_ = http::json_response(200, R"({"nonce":"abc"})");
  EXPECT_EQ(loop_.run(ask_nonce(client_, url())).value(), "abc");
  answer_ = http::json_response(200, "{}");
  EXPECT_TRUE(loop_.run(ask_nonce(client_, url())).error().is(SessionError::no_signaling_server));
}

TEST_F(JsonPost, SigningInSaysThatThereIsNoSignalingServer) {
  answer_ = {404, {}, "not here"};
  const auto key = identity::DeviceKey::generate();
  const SignInDevice device{url(), key.device_id(), "instance", "Study", "linux"};
  const auto asked = loop_.run(ask_account(loop_.executor(), device, key, {"dev:a", ""}));
  ASSERT_FALSE(asked);
  EXPECT_TRUE(asked.error().is(SessionError::no_signaling_server)) << asked.error().message();
  EXPECT_EQ(asked.error().detail(), url() + "/v1/nonce answers with status 404");
}

TEST(ConnectError, IsTheOneTheServerNames) {
  const auto refusal = [](const char* code) {
    return core::json::object{{"message", "words"}, {"data", core::json::object{{"code", code}}}};
  };
  EXPECT_TRUE(connect_error(refusal("auth_invalid")).is(SessionError::token_refused));
  EXPECT_TRUE(connect_error(refusal("account_full")).is(SessionError::account_full));
  EXPECT_TRUE(connect_error(refusal("server_full")).is(SessionError::no_sign_in));
  EXPECT_EQ(connect_error(refusal("server_full")).detail(), "words");
}

TEST(ConnectError, SaysHowLongToWait) {
  const auto wait = [](core::json::value after) {
    return asked_to_wait({{"message", "words"}, {"data", {{"retryAfterMs", std::move(after)}}}});
  };
  EXPECT_EQ(wait(1500), std::chrono::milliseconds(1500));
  EXPECT_EQ(wait(1'000'000'000), std::chrono::minutes(5));
  EXPECT_FALSE(wait(-1));
  EXPECT_FALSE(wait("soon"));
  EXPECT_FALSE(asked_to_wait({{"message", "words"}}));
}

}  // namespace
}  // namespace pantheon::session
