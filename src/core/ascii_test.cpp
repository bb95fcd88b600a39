#include "core/ascii.hpp"

#include <gtest/gtest.h>

namespace pantheon::core {
namespace {

TEST(Ascii, OnlyTheTenDigitsAreDigits) {
  for (const char c : std::string_view("0123456789")) EXPECT_TRUE(is_digit(c)) << c;
  for (const char c : std::string_view("/:a \xB2")) EXPECT_FALSE(is_digit(c)) << c;
}

TEST(Ascii, LettersBeyondAsciiKeepTheirCase) {
  EXPECT_EQ(lower_case("Ab@Z[\xC3\x84"), "ab@z[\xC3\x84");
}

TEST(Ascii, BlanksAreTakenFromTheEndsOnly) {
  EXPECT_EQ(trimmed(" \t a b\r"), "a b");
  EXPECT_EQ(trimmed(" \t\r"), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace pantheon::core
