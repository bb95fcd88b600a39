#include "host/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::host {
namespace {

TEST(HostError, EveryRowHasItsOwnCodeAStatusAndAdvice) {
  std::set<std::string_view> codes;
  for (const auto& row : host_error_rows()) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_GE(row.http_status, 400U);
    EXPECT_NE(row.exit_code, 0);
    EXPECT_GT(row.advice.size(), 20U);
  }
}

TEST(HostError, RowsAreInTheOrderOfTheEnumeration) {
  EXPECT_EQ(row(HostError::hosting_off).code, "hosting_off");
  EXPECT_EQ(row(HostError::model_unknown).code, "model_not_found");
  EXPECT_EQ(row(HostError::request_too_large).http_status, 413U);
  EXPECT_EQ(row(HostError::loop_detected).http_status, 508U);
  EXPECT_EQ(row(HostError::message_unknown).code, "unknown_message");
}

}  // namespace
}  // namespace pantheon::host
