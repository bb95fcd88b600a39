#include "signaling/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::signaling {
namespace {

TEST(SignalingError, EachHasItsOwnRow) {
  EXPECT_EQ(row(SignalingError::rate_limited).code, "rate_limited");
  EXPECT_EQ(row(SignalingError::pairing_busy).http_status, 409U);
  EXPECT_EQ(row(SignalingError::pairing_voucher_gone).http_status, 504U);
  EXPECT_EQ(row(SignalingError::not_found).code, "not_found");
  std::set<std::string_view> codes;
  for (const auto& entry : signaling_error_rows()) EXPECT_TRUE(codes.insert(entry.code).second) << entry.code;
}

}  // namespace
}  // namespace pantheon::signaling
