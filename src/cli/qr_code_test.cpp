#include "cli/qr_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pantheon::cli {
namespace {

TEST(QrCode, HasAQuietZoneAndEqualLines) {
  const auto picture = qr_code("http://127.0.0.1:3001/#pair=abc.def", false).value();
  EXPECT_TRUE(picture.starts_with("  \u2588\u2588\u2588"));
  EXPECT_GT(std::count(picture.begin(), picture.end(), '\n'), 12);
}

TEST(QrCode, DependsOnTheText) {
  EXPECT_NE(qr_code("a", false).value(), qr_code("b", false).value());
}

TEST(QrCode, ATextThatDoesNotFitIsACodedError) {
  EXPECT_EQ(qr_code(std::string(10'000, 'x'), false).error().code(), "invalid_argument");
}

}  // namespace
}  // namespace pantheon::cli
