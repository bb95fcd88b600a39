#include "rtc/fingerprint.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rtc/error.hpp"

namespace pantheon::rtc {
namespace {

std::string fingerprint_of(const std::string& byte, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ":") + byte;
  return text;
}

TEST(Fingerprint, ReadsBothCases) {
  const auto upper = parse_sha256_fingerprint(fingerprint_of("AF", 32));
  const auto lower = parse_sha256_fingerprint(fingerprint_of("af", 32));
  ASSERT_TRUE(upper.has_value());
  ASSERT_TRUE(lower.has_value());
  EXPECT_EQ(*upper, core::ByteVector(32, 0xaf));
  EXPECT_EQ(*upper, *lower);
}

TEST(Fingerprint, RefusesOtherLengthsAndCharacters) {
  for (const auto& text : {std::string(), fingerprint_of("AF", 31), fingerprint_of("AF", 33),
                           fingerprint_of("AG", 32), fingerprint_of("-1", 32), std::string(95, 'A')}) {
    const auto bytes = parse_sha256_fingerprint(text);
    ASSERT_FALSE(bytes.has_value()) << text;
    EXPECT_TRUE(bytes.error().is(RtcError::invalid_fingerprint));
  }
}

}  // namespace
}  // namespace pantheon::rtc
