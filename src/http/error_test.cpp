#include "http/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::http {
namespace {

TEST(HttpError, EachHasItsOwnCodeAndAnHttpStatus) {
  std::set<std::string_view> codes;
  for (const auto& entry : http_error_rows()) {
    EXPECT_TRUE(codes.insert(entry.code).second) << entry.code;
    EXPECT_GE(entry.http_status, 400U);
  }
}

TEST(HttpError, TheTableIsInTheOrderOfTheEnumeration) {
  EXPECT_EQ(row(HttpError::bad_request).code, "bad_request");
  EXPECT_EQ(row(HttpError::upgrade_refused).code, "upgrade_refused");
  EXPECT_EQ(row(HttpError::bad_certificate).code, "bad_certificate");
  EXPECT_EQ(http_error_rows().size(), static_cast<std::size_t>(HttpError::bad_certificate) + 1);
}

}  // namespace
}  // namespace pantheon::http
