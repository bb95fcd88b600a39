#include "core/bytes.hpp"

#include <gtest/gtest.h>

namespace pantheon::core {
namespace {

TEST(Bytes, UnitsMultiply) {
  EXPECT_EQ((2_MiB).count, 2U * 1024 * 1024);
}

TEST(Base64url, RoundTripsEveryLength) {
  for (std::size_t size = 0; size < 70; ++size) {
    ByteVector bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
    const auto back = from_base64url(to_base64url(bytes));
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(*back, bytes);
  }
}

TEST(Base64url, RefusesPaddingAndForeignCharacters) {
  for (const char* text : {"QQ==", "Q+Q", "a b", "Q", "\n"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(ConstantTime, ComparesLengthAndContent) {
  EXPECT_TRUE(equal_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_constant_time("secret", "secre"));
  EXPECT_TRUE(equal_constant_time("", ""));
}

TEST(Field, HasItsLengthBeforeIt) {
  ByteVector out;
  append_field(out, "ab");
  EXPECT_EQ(out, (ByteVector{0, 0, 0, 2, 'a', 'b'}));
}

TEST(Hex, IsLowerCase) {
  EXPECT_EQ(to_hex(ByteVector{0xAB, 0x01}), "ab01");
}

TEST(Bytes, Base64UrlRefusesBytesBeyondAscii) {
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const std::string text{'A', static_cast<char>(byte), 'A', 'A'};
    EXPECT_FALSE(from_base64url(text)) << byte;
  }
}

}  // namespace
}  // namespace pantheon::core
