#include "auth/bearer.hpp"

#include <gtest/gtest.h>

namespace pantheon::auth {
namespace {

TEST(Bearer, AccountsOfTwoProvidersNeverMeet) {
  EXPECT_EQ(account_id("local", "server1", "owner"), "local:server1:owner");
  EXPECT_NE(account_id("key", "server1", "owner"), account_id("dev", "server1", "owner"));
  EXPECT_NE(account_id("dev", "server1", "a"), account_id("dev", "server2", "a"));
}

}  // namespace
}  // namespace pantheon::auth
