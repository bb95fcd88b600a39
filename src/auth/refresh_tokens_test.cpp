#include "auth/refresh_tokens.hpp"

#include <gtest/gtest.h>

namespace pantheon::auth {
namespace {

using namespace std::chrono_literals;
core::WallTime at(std::chrono::milliseconds time) {
  return core::WallTime(time);
}

TEST(RefreshTokens, AreLongAndUnlike) {
  EXPECT_EQ(make_refresh_token().size(), 45U);
  EXPECT_NE(make_refresh_token(), make_refresh_token());
  EXPECT_NE(hash_refresh_token("a"), hash_refresh_token("b"));
}

TEST(RefreshTokens, RotateUntilTheyExpire) {
  EXPECT_EQ(judge_refresh(at(100s), std::nullopt, at(99s)), RefreshVerdict::rotate);
  EXPECT_EQ(judge_refresh(at(100s), std::nullopt, at(100s)), RefreshVerdict::expired);
}

TEST(RefreshTokens, ThePreviousOneCountsForAMinuteAndIsThenTakenForStolen) {
  EXPECT_EQ(judge_refresh(at(1000s), at(100s), at(160s)), RefreshVerdict::rotate);
  EXPECT_EQ(judge_refresh(at(1000s), at(100s), at(160s + 1ms)), RefreshVerdict::reused);
  EXPECT_EQ(judge_refresh(at(150s), at(100s), at(1000s)), RefreshVerdict::reused);
}

}  // namespace
}  // namespace pantheon::auth
