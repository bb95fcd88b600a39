#include "signaling/rate_limit.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

const core::SteadyTime kFirstTake{1000s};

TEST(TokenBucket, GivesItsBurstThenItsRate) {
  TokenBucket bucket;
  const Rate rate{2, 3};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(bucket.take(rate, kFirstTake));
  EXPECT_EQ(bucket.wait(rate, kFirstTake), 500ms);
  EXPECT_EQ(bucket.take(rate, kFirstTake), 500ms);
  EXPECT_EQ(bucket.take(rate, kFirstTake + 300ms), 200ms);
  EXPECT_FALSE(bucket.take(rate, kFirstTake + 500ms));
  EXPECT_TRUE(bucket.take(rate, kFirstTake + 500ms));
  EXPECT_FALSE(bucket.is_full(kFirstTake + 1s));
  EXPECT_TRUE(bucket.is_full(kFirstTake + 2s));
}

TEST(TokenBucket, GivesTheWholeBurstAtAnyRate) {
  for (const double per_second : {0.001, 0.3, 3.0, 6.0, 7.0, 50.0, 999.0, 1e6 / 3, 4e6}) {
    TokenBucket bucket;
    const Rate rate{per_second, 10};
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(bucket.take(rate, kFirstTake)) << per_second << " " << i;
    EXPECT_TRUE(bucket.take(rate, kFirstTake)) << per_second;
  }
}

TEST(TokenBucket, KeepsToItsRateOverALongTime) {
  TokenBucket bucket;
  const Rate rate{7, 2};
  int taken = 0;
  for (int ms = 0; ms < 100'000; ++ms) {
    if (!bucket.take(rate, kFirstTake + std::chrono::milliseconds(ms))) ++taken;
  }
  EXPECT_NEAR(taken, 702, 1);
}

TEST(AddressLimiter, CountsEachAddressByItself) {
  AddressLimiter limiter({1, 1});
  EXPECT_FALSE(limiter.take(make_address("192.0.2.1"), kFirstTake));
  EXPECT_TRUE(limiter.take(make_address("192.0.2.1"), kFirstTake));
  EXPECT_TRUE(limiter.take(make_address("::ffff:192.0.2.1"), kFirstTake));
  EXPECT_FALSE(limiter.take(make_address("192.0.2.2"), kFirstTake));
}

TEST(AddressLimiter, CountsASubnetOfIpv6AsOne) {
  AddressLimiter limiter({1, 1});
  EXPECT_FALSE(limiter.take(make_address("2001:db8::1"), kFirstTake));
  EXPECT_TRUE(limiter.take(make_address("2001:db8::ffff"), kFirstTake));
  EXPECT_FALSE(limiter.take(make_address("2001:db8:0:1::1"), kFirstTake));
}

TEST(AddressLimiter, IsBoundedAndForgetsTheQuiet) {
  AddressLimiter limiter({1, 1}, 2);
  EXPECT_FALSE(limiter.take(make_address("192.0.2.1"), kFirstTake));
  EXPECT_FALSE(limiter.take(make_address("192.0.2.2"), kFirstTake));
  EXPECT_FALSE(limiter.take(make_address("192.0.2.3"), kFirstTake));
  EXPECT_TRUE(limiter.take(make_address("192.0.2.4"), kFirstTake)) << "those beyond the bound share a bucket";
  EXPECT_EQ(limiter.size(), 2U);
  EXPECT_FALSE(limiter.take(make_address("192.0.2.5"), kFirstTake + 60s));
  EXPECT_EQ(limiter.size(), 1U);
}

TEST(AddressLimiter, WhoseAddressIsNotKnownIsNotLimited) {
  AddressLimiter limiter({1, 1});
  const std::optional<boost::asio::ip::address> unknown;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.take(unknown, kFirstTake));
  EXPECT_EQ(limiter.size(), 0U);
}

TEST(RateLimitedResponse, SaysWhenToTryAgain) {
  const auto response = rate_limited_response(1500ms);
  EXPECT_EQ(response.status, 429U);
  EXPECT_EQ(response.headers.get("Retry-After"), "2");
  EXPECT_NE(response.body.find("\"retryAfterMs\":1500"), std::string::npos);
}

TEST(TokenBucket, AChargeIsPaidBackBeforeTheNextTokenButNotForLongerThanAMinute) {
  const Rate rate{2, 4};
  TokenBucket bucket;
  bucket.charge(5, rate, kFirstTake);
  EXPECT_EQ(bucket.wait(rate, kFirstTake), 1s) << "one that is owed, and the next";
  EXPECT_FALSE(bucket.take(rate, kFirstTake + 1s));
  bucket.charge(1e9, rate, kFirstTake + 1s);
  EXPECT_EQ(bucket.wait(rate, kFirstTake + 1s), 60s + 500ms);
}

}  // namespace
}  // namespace pantheon::signaling
