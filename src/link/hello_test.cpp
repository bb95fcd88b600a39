#include "link/hello.hpp"

#include <gtest/gtest.h>

#include "link/error.hpp"
#include "link/testing/vectors.hpp"

namespace pantheon::link {
namespace {

using testing::bytes_of;
using testing::text_of;

TEST(Hello, ReadsTheVectors) {
  const auto vectors = testing::read_vectors("hello.json");
  for (const auto& entry : vectors.at("valid").as_array()) {
    const auto& test = entry.as_object();
    SCOPED_TRACE(text_of(test, "name"));
    const auto hello = parse_hello(bytes_of(test, "hex"));
    ASSERT_TRUE(hello) << hello.error().detail();
    const auto& want = test.at("hello").as_object();
    EXPECT_EQ(hello->device_id, text_of(want, "device"));
    EXPECT_EQ(core::json::array(hello->features.begin(), hello->features.end()),
              want.at("features").as_array());
    EXPECT_EQ(hello->limits.streams, want.at("streams").to_number<std::uint32_t>());
    EXPECT_EQ(hello->limits.message.count, want.at("message").to_number<std::uint64_t>());
    EXPECT_EQ(hello->nonce, bytes_of(want, "nonce"));
  }
}

TEST(Hello, RefusesTheInvalidVectorsWithTheirCode) {
  const auto vectors = testing::read_vectors("hello.json");
  for (const auto& entry : vectors.at("invalid").as_array()) {
    const auto& test = entry.as_object();
    const auto hello = parse_hello(bytes_of(test, "hex"));
    ASSERT_FALSE(hello) << text_of(test, "name");
    EXPECT_EQ(hello.error().code(), text_of(test, "error")) << text_of(test, "name");
  }
}

TEST(Hello, IsReadAsItWasWritten) {
  const Hello hello{"device", {"a", "b"}, {7, core::Bytes{2000}}, core::ByteVector(32, 9)};
  const auto payload = serialize_hello(hello);
  ASSERT_TRUE(payload);
  EXPECT_EQ(*parse_hello(*payload), hello);
}

TEST(Hello, IsNotWrittenWhenItBreaksTheRules) {
  EXPECT_FALSE(serialize_hello({"", {}, {}, core::ByteVector(32)}));
  EXPECT_FALSE(serialize_hello({"d", {}, {}, core::ByteVector(31)}));
  EXPECT_FALSE(serialize_hello({"d", {}, {1, core::Bytes{100}}, core::ByteVector(32)}));
  EXPECT_FALSE(serialize_hello({"d\xFF", {}, {}, core::ByteVector(32)}));
}

}  // namespace
}  // namespace pantheon::link
