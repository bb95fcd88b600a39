#include "http/cache_control.hpp"

#include <gtest/gtest.h>

namespace pantheon::http {
namespace {

using std::chrono::seconds;

std::optional<seconds> lifetime(const std::string& control) {
  return remaining_lifetime({{"Cache-Control", control}});
}

TEST(CacheControl, ReadsMaxAge) {
  EXPECT_EQ(lifetime("public, max-age=22110, must-revalidate, no-transform"), seconds(22110));
  EXPECT_EQ(lifetime("MAX-AGE=5"), seconds(5));
  EXPECT_EQ(lifetime("max-age=\"7\""), seconds(7));
  EXPECT_EQ(lifetime("max-age=1, max-age=2"), seconds(1));
  EXPECT_EQ(lifetime("max-age=99999999999999999999"), seconds(2'147'483'648));
}

TEST(CacheControl, TakesOffTheAgeItHas) {
  EXPECT_EQ(remaining_lifetime({{"Cache-Control", "max-age=100"}, {"Age", "30"}}), seconds(70));
  EXPECT_EQ(remaining_lifetime({{"Cache-Control", "max-age=100"}, {"Age", "300"}}), seconds(0));
  EXPECT_EQ(remaining_lifetime({{"Cache-Control", "max-age=100"}, {"Age", "old"}}), seconds(100));
}

TEST(CacheControl, NothingIsKeptThatMustNotBe) {
  EXPECT_EQ(lifetime("max-age=100, no-store"), seconds(0));
  EXPECT_EQ(lifetime("no-cache"), seconds(0));
}

TEST(CacheControl, SaysNothingWhenNothingIsSaid) {
  EXPECT_EQ(remaining_lifetime({}), std::nullopt);
  for (const auto* text :
       {"", "public", "max-age", "max-age=", "max-age=-1", "max-age=1.5", "s-maxage=5", ",,"})
    EXPECT_EQ(lifetime(text), std::nullopt) << text;
}

}  // namespace
}  // namespace pantheon::http
