#include "rtc/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::rtc {
namespace {

TEST(RtcErrorRows, OneRowPerErrorWithItsOwnCode) {
  std::set<std::string_view> codes;
  for (const auto& entry : rtc_error_rows()) {
    EXPECT_FALSE(entry.advice.empty()) << entry.code;
    codes.insert(entry.code);
  }
  EXPECT_EQ(codes.size(), rtc_error_rows().size());
  EXPECT_EQ(row(RtcError::invalid_signal).code, "invalid_signal");
  EXPECT_EQ(row(RtcError::local_transport).code, "local_transport");
  EXPECT_EQ(&row(RtcError::local_transport), &rtc_error_rows().back());
}

}  // namespace
}  // namespace pantheon::rtc
