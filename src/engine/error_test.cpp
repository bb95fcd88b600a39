#include "engine/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::engine {
namespace {

TEST(EngineError, EveryRowHasItsOwnCodeAStatusAndAdvice) {
  std::set<std::string_view> codes;
  for (const auto& row : engine_error_rows()) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_GE(row.http_status, 400U);
    EXPECT_NE(row.exit_code, 0);
    EXPECT_GT(row.advice.size(), 20U);
  }
}

TEST(EngineError, RowsAreInTheOrderOfTheEnumeration) {
  EXPECT_EQ(row(EngineError::unavailable).code, "engine_unavailable");
  EXPECT_EQ(row(EngineError::failed).code, "engine_failed");
  EXPECT_EQ(row(EngineError::is_gateway).code, "engine_is_gateway");
  EXPECT_EQ(row(EngineError::request_invalid).code, "engine_request_invalid");
}

}  // namespace
}  // namespace pantheon::engine
