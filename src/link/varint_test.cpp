#include "link/varint.hpp"

#include <gtest/gtest.h>

#include "link/testing/vectors.hpp"

namespace pantheon::link {
namespace {

TEST(Varint, WritesAndReadsTheVectors) {
  const auto vectors = testing::read_vectors("varint.json");
  for (const auto& entry : vectors.at("valid").as_array()) {
    const auto& test = entry.as_object();
    const auto value = test.at("value").to_number<std::uint32_t>();
    const auto bytes = testing::bytes_of(test, "hex");
    core::ByteVector written;
    append_varint(written, value);
    EXPECT_EQ(written, bytes) << value;
    EXPECT_EQ(varint_length(value), bytes.size());
    const auto read = read_varint(bytes);
    ASSERT_TRUE(read) << value;
    EXPECT_EQ(read->value, value);
    EXPECT_EQ(read->length, bytes.size());
  }
}

TEST(Varint, RefusesTheInvalidVectors) {
  const auto vectors = testing::read_vectors("varint.json");
  for (const auto& entry : vectors.at("invalid").as_array()) {
    const auto& test = entry.as_object();
    EXPECT_FALSE(read_varint(testing::bytes_of(test, "hex"))) << testing::text_of(test, "why");
  }
}

TEST(Varint, LeavesTheBytesBehindItAlone) {
  const core::ByteVector bytes{0xAC, 0x02, 0xFF};
  const auto read = read_varint(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->value, 300U);
  EXPECT_EQ(read->length, 2U);
}

}  // namespace
}  // namespace pantheon::link
