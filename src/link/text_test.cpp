#include "link/text.hpp"

#include <gtest/gtest.h>

namespace pantheon::link {
namespace {

TEST(ValidUtf8, AcceptsWellFormedText) {
  EXPECT_TRUE(valid_utf8(""));
  EXPECT_TRUE(valid_utf8("plain"));
  EXPECT_TRUE(valid_utf8("\xC3\xBC \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF"));
}

TEST(ValidUtf8, RefusesOverlongFormsSurrogatesAndCutSequences) {
  for (const auto* text : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xE2\x28\xA1", "\xFF"}) {
    EXPECT_FALSE(valid_utf8(text));
  }
}

TEST(Printable, KeepsTextAndReplacesWhatHarmsALog) {
  EXPECT_EQ(printable("gr\xC3\xBC\xC3\x9F dich"), "gr\xC3\xBC\xC3\x9F dich");
  EXPECT_EQ(printable("a\nb\x1B[31m\x7F"), "a b [31m ");
  EXPECT_EQ(printable("a\xFFz"), "a?z");
}

}  // namespace
}  // namespace pantheon::link
