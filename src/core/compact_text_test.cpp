#include "core/compact_text.hpp"

#include <gtest/gtest.h>

namespace pantheon::core {
namespace {

TEST(CompactText, HoldsAnyTextAndIsAsLargeAsAPointer) {
  CompactText text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.view(), "");
  const std::string with_zero("a\0b", 3);
  for (const std::string& given : {std::string("x"), std::string(1000, 'y'), with_zero, std::string()}) {
    text = given;
    EXPECT_EQ(text.view(), given);
    EXPECT_EQ(text.str(), given);
    EXPECT_EQ(text.empty(), given.empty());
  }
  EXPECT_EQ(sizeof text, sizeof(void*));
}

TEST(CompactText, TakesAPartOfItself) {
  CompactText text;
  text = "abcdef";
  text = text.view().substr(2, 3);
  EXPECT_EQ(text.view(), "cde");
}

TEST(CompactText, IsComparedByWhatItSays) {
  CompactText a;
  CompactText b;
  EXPECT_TRUE(a == b);
  a = "same";
  EXPECT_FALSE(a == b);
  b = "same";
  EXPECT_TRUE(a == b);
  EXPECT_TRUE(a == "same");
  EXPECT_TRUE(std::string("other") != a);
}

TEST(CompactText, TakenItIsEmpty) {
  CompactText text;
  EXPECT_EQ(text.take(), "");
  text = "once";
  EXPECT_EQ(text.take(), "once");
  EXPECT_TRUE(text.empty());
}

}  // namespace
}  // namespace pantheon::core
