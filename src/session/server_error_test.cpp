#include "session/server_error.hpp"

#include <gtest/gtest.h>

#include "session/error.hpp"

namespace pantheon::session {
namespace {

TEST(ErrorNamed, KnowsWhatADeviceCanDoSomethingAbout) {
  const auto error = error_named("pairing_busy", "");
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->is(SessionError::pairing_busy));
  EXPECT_FALSE(error_named("invalid_argument", "")) << "a fault of ours";
  EXPECT_FALSE(error_named("connect_failed", "")) << "no server says this";
}

TEST(ErrorNamed, SaysTheSameWordsOnceAndWhatTheServerSaysBeyondThem) {
  const std::string advice(row(SessionError::rate_limited).advice);
  const auto plain = error_named("rate_limited", advice);
  EXPECT_EQ(plain->message(), advice);
  const auto more = error_named("rate_limited", advice + " (in 5 s)");
  EXPECT_EQ(more->message(), advice + " (in 5 s)");
  const auto other = error_named("rate_limited", "Slow down");
  EXPECT_EQ(other->message(), advice + " (Slow down)");
}

}  // namespace
}  // namespace pantheon::session
