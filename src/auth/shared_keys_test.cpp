#include "auth/shared_keys.hpp"

#include <gtest/gtest.h>

namespace pantheon::auth {
namespace {

TEST(SharedKeys, NameTheirHolders) {
  const auto keys = SharedKeys::parse("one-key", "anna:k1,bob:k:2").value();
  EXPECT_EQ(keys.match("one-key"), "default");
  EXPECT_EQ(keys.match("k1"), "anna");
  EXPECT_EQ(keys.match("k:2"), "bob");
  EXPECT_EQ(keys.match("k"), std::nullopt);
  EXPECT_EQ(keys.match(""), std::nullopt);
  EXPECT_EQ(keys.match("anna:k1"), std::nullopt);
}

TEST(SharedKeys, MayBeNone) {
  const auto keys = SharedKeys::parse("", "").value();
  EXPECT_TRUE(keys.empty());
  EXPECT_EQ(keys.match(""), std::nullopt);
}

TEST(SharedKeys, RefuseWhatIsNotClear) {
  for (const auto* text :
       {"anna", "anna:", ":k", "an na:k", "anna:a,anna:b", "a:k,b:k", "default:x", "a:1,,b:2"}) {
    EXPECT_FALSE(SharedKeys::parse("one-key", text)) << text;
  }
}

}  // namespace
}  // namespace pantheon::auth
