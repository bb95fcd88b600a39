#include "cluster/redis_url.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"

namespace pantheon::cluster {
namespace {

TEST(RedisUrl, HasDefaults) {
  const auto url = parse_redis_url("redis://localhost");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "localhost");
  EXPECT_EQ(url->port, 6379);
  EXPECT_EQ(url->user, "");
  EXPECT_EQ(url->password, "");
  EXPECT_EQ(url->database, 0);
}

TEST(RedisUrl, NamesUserPasswordPortAndDatabase) {
  const auto url = parse_redis_url("redis://node:p%40ss@redis.example.org:6380/3");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "redis.example.org");
  EXPECT_EQ(url->port, 6380);
  EXPECT_EQ(url->user, "node");
  EXPECT_EQ(url->password, "p@ss");
  EXPECT_EQ(url->database, 3);
}

TEST(RedisUrl, RedissAsksForTls) {
  EXPECT_FALSE(parse_redis_url("redis://h")->tls);
  EXPECT_TRUE(parse_redis_url("rediss://h")->tls);
}

TEST(RedisUrl, TakesAPasswordAloneAndAddressesOfBothFamilies) {
  EXPECT_EQ(parse_redis_url("redis://:secret@127.0.0.1:7000/")->password, "secret");
  EXPECT_EQ(parse_redis_url("redis://[::1]:7000")->host, "::1");
}

TEST(RedisUrl, RefusesEverythingElseWithoutRepeatingIt) {
  for (const auto* text :
       {"", "localhost:6379", "http://localhost", "redis://", "redis://:secret@/1", "redis://:secret@h/x",
        "redis://h/x", "redis://h/-1", "redis://h/99999", "redis://h:0", "redis://h:70000", "redis:h"}) {
    const auto url = parse_redis_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_TRUE(url.error().is(ClusterError::bad_url)) << text;
    EXPECT_EQ(url.error().message().find("secret"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace pantheon::cluster
