#include "signaling/session_expiry.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;

struct SessionExpiryTest : testing::Test {
  core::WallTime now{std::chrono::hours(1000)};
  Options options;
  MemberPointer member = std::make_shared<Member>();
  void SetUp() override {
    options.clock = [this] { return now; };
    member->bearer.expires_at = now + 15min;
    member->connected_at = now;
    member->can_renew = true;
  }
};

TEST_F(SessionExpiryTest, AsksAMinuteBeforeTheEnd) {
  SessionExpiry expiry(options);
  expiry.add(member);
  now += 14min - 1s;
  expiry.sweep();
  EXPECT_FALSE(member->renewal_asked);
  now += 1s;
  expiry.sweep();
  EXPECT_TRUE(member->renewal_asked);
}

TEST_F(SessionExpiryTest, ARenewedTokenIsAskedForAgainLater) {
  SessionExpiry expiry(options);
  expiry.add(member);
  now += 14min;
  expiry.sweep();
  member->bearer.expires_at = now + 15min;
  member->renewal_asked = false;
  expiry.update(member);
  now += 13min;
  expiry.sweep();
  EXPECT_FALSE(member->renewal_asked);
  now += 1min;
  expiry.sweep();
  EXPECT_TRUE(member->renewal_asked);
}

TEST_F(SessionExpiryTest, WhoHasGoneIsForgotten) {
  SessionExpiry expiry(options);
  expiry.add(member);
  expiry.remove(member);
  EXPECT_EQ(member.use_count(), 1);
}

TEST_F(SessionExpiryTest, OlderClientsAndTokensWithoutEndAreNotAsked) {
  SessionExpiry expiry(options);
  member->can_renew = false;
  expiry.add(member);
  auto endless = std::make_shared<Member>();
  endless->can_renew = true;
  expiry.add(endless);
  EXPECT_EQ(endless.use_count(), 1);
  now += 11h;
  expiry.sweep();
  EXPECT_FALSE(member->renewal_asked);
  EXPECT_GT(member.use_count(), 1) << "still waits for its end";
  now += 1h;
  expiry.sweep();
  EXPECT_EQ(member.use_count(), 1);
}

}  // namespace
}  // namespace pantheon::signaling
