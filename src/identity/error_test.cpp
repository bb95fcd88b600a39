#include "identity/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::identity {
namespace {

TEST(IdentityError, EachHasItsOwnRow) {
  EXPECT_EQ(row(IdentityError::invalid_key).code, "invalid_key");
  EXPECT_EQ(row(IdentityError::pairing_mac_mismatch).code, "pairing_mac_mismatch");
  EXPECT_EQ(row(IdentityError::proof_invalid).code, "proof_invalid");
  std::set<std::string_view> codes;
  for (const auto& entry : identity_error_rows()) EXPECT_TRUE(codes.insert(entry.code).second) << entry.code;
}

}  // namespace
}  // namespace pantheon::identity
