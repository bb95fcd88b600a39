#include "signaling/tokens.hpp"

#include "auth/jwt_verifier.hpp"
#include "signaling/full_disk_test_support.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using namespace std::chrono_literals;
using test::text_of;

struct TokensTest : test::ServiceTest {
  test::asio::awaitable<json::object> refresh(const test::TestDevice& device, std::string token,
                                              const identity::DeviceKey& signer) {
    const auto fresh = co_await nonce();
    json::object body;
    body["refreshToken"] = token;
    body["deviceId"] = device.id();
    body["nonce"] = fresh;
    body["signature"] = identity::to_text(identity::sign_refresh(signer, fresh, device.id(), token));
    co_return co_await post("/v1/tokens/refresh", body);
  }
};

TEST_F(TokensTest, ARefreshGivesTokensThatWork) {
  run([&]() -> test::asio::awaitable<void> {
    auto device = owner_device();
    now += 20min;
    const auto answer = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_EQ(answer.at("expiresIn"), 900);
    EXPECT_NE(text_of(answer, "refreshToken"), device.refresh_token);
    device.access_token = text_of(answer, "accessToken");
    co_await connected(device);
    EXPECT_EQ(service->connected_sockets(), 1U);
  });
}

TEST_F(TokensTest, ThePublishedKeyVerifiesAccessTokens) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto document = co_await fetch("GET", "/.well-known/jwks.json");
    auto keys = auth::KeySet::parse(document.body).value();
    const auth::JwtVerifier verifier({{auth::Algorithm::es256}, "pantheon:" + service->server_id(), {}, {}},
                                     std::move(keys));
    const auto claims = verifier.verify(device.access_token, now);
    EXPECT_TRUE(claims);
    EXPECT_EQ(text_of(*claims, "account"), service->owner_account());
    EXPECT_EQ(text_of(*claims, "sub"), device.id());
  });
}

TEST_F(TokensTest, ThePreviousRefreshTokenStillCountsForAMinute) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto first = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_TRUE(first.contains("accessToken"));
    const auto next = co_await refresh(device, text_of(first, "refreshToken"), device.key);
    EXPECT_TRUE(next.contains("accessToken"));
    now += 59s;
    const auto second = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_TRUE(second.contains("accessToken"));
    EXPECT_NE(text_of(next, "refreshToken"), text_of(second, "refreshToken"));
  });
}

TEST_F(TokensTest, ADeviceThatNeverGotTheAnswerMayAskAgainLater) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto lost = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_TRUE(lost.contains("accessToken"));
    now += std::chrono::hours(24 * 7);
    const auto again = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_TRUE(again.contains("accessToken"));
    const auto next = co_await refresh(device, text_of(again, "refreshToken"), device.key);
    EXPECT_TRUE(next.contains("accessToken"));
  });
}

TEST_F(TokensTest, OfWhatIsGivenOutForOneTokenAndNeverUsedOnlyTheNewestStay) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    std::vector<std::string> given;
    for (int i = 0; i < 50; ++i) {
      now += 1s;
      const auto answer = co_await refresh(device, device.refresh_token, device.key);
      given.push_back(text_of(answer, "refreshToken"));
    }
    std::size_t known = 0;
    for (const auto& token : given) {
      const auto answer = co_await refresh(device, token, device.key);
      known += answer.contains("accessToken") ? 1 : 0;
    }
    EXPECT_EQ(known, 32U);
    const auto newest = co_await refresh(device, given.back(), device.key);
    EXPECT_TRUE(newest.contains("accessToken"));
  });
}

TEST_F(TokensTest, WhatWasGivenOutForOneTokenAndUsedStays) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto first = co_await refresh(device, device.refresh_token, device.key);
    const auto used = co_await refresh(device, text_of(first, "refreshToken"), device.key);
    EXPECT_TRUE(used.contains("accessToken"));
    for (int i = 0; i < 10; ++i) co_await refresh(device, device.refresh_token, device.key);
    const auto again = co_await refresh(device, text_of(first, "refreshToken"), device.key);
    EXPECT_TRUE(again.contains("accessToken"));
    const auto next = co_await refresh(device, text_of(used, "refreshToken"), device.key);
    EXPECT_TRUE(next.contains("accessToken"));
  });
}

TEST_F(TokensTest, WhatADeviceUsedLongAgoIsForgottenAndRefused) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    std::vector<std::string> given{device.refresh_token};
    for (int i = 0; i < 200; ++i) {
      now += 15min;
      const auto answer = co_await refresh(device, given.back(), device.key);
      given.push_back(text_of(answer, "refreshToken"));
    }
    const auto long_ago = co_await refresh(device, given.at(72), device.key);
    EXPECT_EQ(text_of(long_ago, "code"), "auth_invalid");
    const auto newest = co_await refresh(device, given.back(), device.key);
    EXPECT_TRUE(newest.contains("accessToken"));
    const auto kept = co_await refresh(device, given.at(75), device.key);
    EXPECT_EQ(text_of(kept, "code"), "auth_invalid");
    const auto taken_back = co_await refresh(device, text_of(newest, "refreshToken"), device.key);
    EXPECT_EQ(text_of(taken_back, "code"), "auth_invalid");
  });
}

TEST_F(TokensTest, AnOlderOneUsedAgainTakesEverythingBackAndCutsSockets) {
  run([&]() -> test::asio::awaitable<void> {
    auto device = owner_device();
    auto* live = co_await connected(device);
    const auto first = co_await refresh(device, device.refresh_token, device.key);
    const auto next = co_await refresh(device, text_of(first, "refreshToken"), device.key);
    now += 61s;
    const auto reused = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_EQ(text_of(reused, "code"), "auth_invalid");
    co_await live->disconnected();
    const auto successor = co_await refresh(device, text_of(next, "refreshToken"), device.key);
    EXPECT_EQ(text_of(successor, "code"), "auth_invalid");
    device.access_token = text_of(next, "accessToken");
    const auto auth = co_await hello(device);
    auto& again = client(auth);
    const auto refused = co_await again.connect();
    EXPECT_EQ(refused, "auth_invalid");
  });
}

TEST_F(TokensTest, AStolenRefreshTokenIsUselessAndHarmless) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const test::TestDevice thief;
    const auto by_thief = co_await refresh(device, device.refresh_token, thief.key);
    EXPECT_EQ(text_of(by_thief, "code"), "proof_invalid");
    const auto as_thief = co_await refresh(thief, device.refresh_token, thief.key);
    EXPECT_EQ(text_of(as_thief, "code"), "auth_invalid");
    const auto rotated = co_await refresh(device, device.refresh_token, device.key);
    now += 10min;
    const auto old_by_thief = co_await refresh(device, device.refresh_token, thief.key);
    EXPECT_EQ(text_of(old_by_thief, "code"), "proof_invalid");
    const auto owner = co_await refresh(device, text_of(rotated, "refreshToken"), device.key);
    EXPECT_TRUE(owner.contains("accessToken")) << "a stranger's attempt revokes nothing";
  });
}

TEST_F(TokensTest, ANonceCountsOnce) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto fresh = co_await nonce();
    const auto signature = identity::sign_refresh(device.key, fresh, device.id(), device.refresh_token);
    const json::object body{{"refreshToken", device.refresh_token},
                            {"deviceId", device.id()},
                            {"nonce", fresh},
                            {"signature", identity::to_text(signature)}};
    const auto first = co_await post("/v1/tokens/refresh", body);
    EXPECT_TRUE(first.contains("accessToken"));
    const auto replayed = co_await post("/v1/tokens/refresh", body);
    EXPECT_EQ(text_of(replayed, "code"), "proof_invalid");
  });
}

TEST_F(TokensTest, ARefreshTokenExpires) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    now += std::chrono::hours(24 * 90);
    const auto answer = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_EQ(text_of(answer, "code"), "auth_expired");
  });
}

TEST_F(TokensTest, MalformedRequestsGetACode) {
  run([&]() -> test::asio::awaitable<void> {
    for (const std::string body : {"", "{", "[]", "5"}) {
      const auto answer = co_await fetch("POST", "/v1/tokens/refresh", body);
      EXPECT_EQ(answer.status, 400U) << body;
      EXPECT_NE(answer.body.find("invalid_json"), std::string::npos);
    }
    const auto empty = co_await post("/v1/tokens/refresh", json::object());
    EXPECT_EQ(text_of(empty, "code"), "invalid_argument");
    const auto large = co_await fetch("POST", "/v1/tokens/refresh", std::string(9000, ' '));
    EXPECT_EQ(large.status, 413U);
  });
}

TEST_F(TokensTest, OneAddressRefreshesSoOften) {
  options.limits.refreshes_per_second = 0.1;
  run([&]() -> test::asio::awaitable<void> {
    co_await post("/v1/tokens/refresh", json::object());
    co_await post("/v1/tokens/refresh", json::object());
    const auto third = co_await post("/v1/tokens/refresh", json::object());
    EXPECT_EQ(text_of(third, "code"), "rate_limited");
    EXPECT_EQ(third.at("status"), 429);
    EXPECT_GT(third.at("retryAfterMs").to_number<int>(), 0);
  });
}

TEST_F(TokensTest, AKnownDeviceGetsAccessThoughTheDiskIsFullAndKeepsItsRefreshToken) {
  const test::TemporaryFolder folder;
  database = folder.path / "devices.db";
  run([&]() -> test::asio::awaitable<void> {
    auto device = owner_device();
    now += 20min;
    json::object answer;
    {
      const test::FullDisk full;
      answer = co_await refresh(device, device.refresh_token, device.key);
    }
    EXPECT_EQ(text_of(answer, "refreshToken"), device.refresh_token) << core::serialize_json(answer);
    device.access_token = text_of(answer, "accessToken");
    static_cast<void>(co_await connected(device));
    const auto later = co_await refresh(device, device.refresh_token, device.key);
    EXPECT_NE(text_of(later, "refreshToken"), device.refresh_token);
    EXPECT_TRUE(later.contains("accessToken"));
  });
}

TEST_F(TokensTest, WithAFullDiskWhatExpiredIsRefusedAsEver) {
  const test::TemporaryFolder folder;
  database = folder.path / "devices.db";
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    now += options.refresh_token_lifetime;
    json::object answer;
    {
      const test::FullDisk full;
      answer = co_await refresh(device, device.refresh_token, device.key);
    }
    EXPECT_EQ(text_of(answer, "code"), "auth_expired");
  });
}

}  // namespace
}  // namespace pantheon::signaling
