#include "identity/statement.hpp"

#include <gtest/gtest.h>

#include "identity/error.hpp"
#include "identity/test_support.hpp"

namespace pantheon::identity {
namespace {

TEST(Statement, VerifiesTheVectorsAndRefusesTheForgedOnes) {
  for (const auto& entry : test::vectors("statement").at("cases").as_array()) {
    const auto& vector = entry.as_object();
    const auto& name = vector.at("name").as_string();
    const auto statement = Statement::parse(vector.at("statement").as_object());
    ASSERT_EQ(statement.has_value(), vector.at("valid").as_bool()) << name;
    if (statement) {
      EXPECT_EQ(core::as_text(statement->payload()), vector.at("payloadText").as_string()) << name;
      EXPECT_EQ(statement->to_json(), vector.at("statement").as_object()) << name;
    } else {
      EXPECT_EQ(statement.error().code(), vector.at("error").as_string()) << name;
    }
  }
}

TEST(Statement, MadeByAKeyParsesToTheSameClaim) {
  const auto voucher = test::test_key(1);
  const auto device = test::test_key(2);
  const Claim claim{
      StatementType::rekey, "local:s:owner", device.device_id(),
      device.public_key(),  "Läptop",        core::WallTime(std::chrono::milliseconds(1234567890123))};
  const auto parsed = Statement::parse(Statement::make(voucher, claim).to_text());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->by(), voucher.public_key());
  EXPECT_EQ(parsed->claim().type, claim.type);
  EXPECT_EQ(parsed->claim().account, claim.account);
  EXPECT_EQ(parsed->claim().device_id, claim.device_id);
  EXPECT_EQ(parsed->claim().public_key, claim.public_key);
  EXPECT_EQ(parsed->claim().name, claim.name);
  EXPECT_EQ(parsed->claim().time, claim.time);
}

TEST(Statement, AnyChangedByteIsNoticed) {
  const auto key = test::test_key(1);
  const auto text =
      Statement::make(key, {StatementType::device, "a:b:c", "d", key.public_key(), "n", {}}).to_text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(Statement::parse(changed)) << i;
  }
}

TEST(Statement, AListPassesOverWhatIsInvalidAndStopsAtItsLimit) {
  const auto key = test::test_key(1);
  const auto good =
      Statement::make(key, {StatementType::device, "a:b:c", "d", key.public_key(), "n", {}}).to_json();
  const core::json::array list{1, good, core::json::object(), "x", good, good};
  EXPECT_EQ(parse_statements(list).size(), 3U);
  EXPECT_EQ(parse_statements(list, 2).size(), 2U);
}

}  // namespace
}  // namespace pantheon::identity
