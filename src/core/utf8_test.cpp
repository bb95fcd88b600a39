#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pantheon::core {
namespace {

TEST(Utf8, TakesWhatRfc3629Allows) {
  EXPECT_TRUE(is_utf8("plain text of more than eight bytes, ü € 😀"));
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80", "\x80", "\xC3", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace pantheon::core
