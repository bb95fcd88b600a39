#include "core/error.hpp"

#include <gtest/gtest.h>

namespace pantheon::core {
namespace {

TEST(Error, CarriesTheRowOfItsTable) {
  const Error error(CommonError::timeout);
  EXPECT_EQ(error.code(), "timeout");
  EXPECT_EQ(error.http_status(), 504U);
  EXPECT_TRUE(error.is(CommonError::timeout));
  EXPECT_FALSE(error.is(CommonError::internal));
}

TEST(Error, MessageEndsWithTheDetail) {
  const Error error(CommonError::too_large, "33 MiB of 32 MiB");
  EXPECT_TRUE(error.message().ends_with("(33 MiB of 32 MiB)"));
}

TEST(Error, MaySayHowLongToWait) {
  const Error error(CommonError::unavailable, "busy");
  EXPECT_EQ(error.retry_after(), std::chrono::milliseconds(0));
  const auto later = error.with_retry_after(std::chrono::seconds(2));
  EXPECT_EQ(later.retry_after(), std::chrono::seconds(2));
  EXPECT_EQ(later.message(), error.message());
}

TEST(Error, AResultPassesItOn) {
  const Result<int> inner = failure(CommonError::cancelled);
  const Result<std::string> outer = failure(inner.error());
  EXPECT_EQ(outer.error().code(), "cancelled");
}

}  // namespace
}  // namespace pantheon::core
