#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pantheon::core {
namespace {

TEST(Utf8, TakesWhatRfc3629Allows) {
  EXPECT_TRUE(is_utf8("plain text of more than eight bytes, ü € 😀"));
  for (const char* bad : {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80", "\x80", "\xC3", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8, APrefixEndsWithAWholeCharacter) {
  const std::string text = "aü€😀";  // 1, 2, 3 and 4 bytes
  const std::vector<std::string> prefixes{"",    "a",   "a",   "aü",  "aü", "aü",
                                          "aü€", "aü€", "aü€", "aü€", text, text};
  for (std::size_t size = 0; size < prefixes.size(); ++size)
    EXPECT_EQ(utf8_prefix(text, size), prefixes[size]) << size;
  EXPECT_EQ(utf8_prefix("", 3), "");
}

}  // namespace
}  // namespace pantheon::core
