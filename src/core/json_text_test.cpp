#include "core/json_text.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace pantheon::core {
namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonText, WritesEveryByteAsTheLibraryDoes) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text{'a', static_cast<char>(byte), 'b', static_cast<char>(byte)};
    EXPECT_EQ(written(text), json::serialize(json::string(text))) << byte;
  }
  EXPECT_EQ(written(""), R"("")");
}

TEST(JsonText, FindsWhatMustBeEscapedAnywhereInALongText) {
  for (std::size_t at = 0; at < 40; ++at) {
    for (const char c : {'"', '\\', '\n', '\x1f', ' ', '!', '#', '[', ']', '\x7f', '\x80', '\xff'}) {
      std::string text(40, 'x');
      text[at] = c;
      EXPECT_EQ(written(text), json::serialize(json::string(text))) << at << " " << static_cast<int>(c);
    }
  }
}

TEST(JsonText, FindsTheLastCharacterOfATextOfAnyLength) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string plain(size, 'x');
    EXPECT_EQ(written(plain), '"' + plain + '"');
    EXPECT_EQ(written(plain + '\n'), '"' + plain + "\\n\"");
    EXPECT_EQ(written('"' + plain), "\"\\\"" + plain + '"');
  }
}

TEST(JsonText, EscapedTextIsReadBackAsItWas) {
  const std::string text = "q\" b\\ n\n t\t \x01 \xc3\xa9";
  EXPECT_EQ(parse_json(written(text)).value().as_string(), text);
}

TEST(JsonText, MembersMakeAnObject) {
  std::string out = "{";
  append_json_member(out, "a", "x\"");
  append_raw_json_member(out, "b", "[1]");
  append_json_member(out, "c", "");
  out.push_back('}');
  EXPECT_EQ(out, R"({"a":"x\"","b":[1],"c":""})");
}

}  // namespace
}  // namespace pantheon::core
