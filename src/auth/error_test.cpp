#include "auth/error.hpp"

#include <gtest/gtest.h>

namespace pantheon::auth {
namespace {

TEST(AuthError, EachHasItsOwnRow) {
  EXPECT_EQ(row(AuthError::auth_required).code, "auth_required");
  EXPECT_EQ(row(AuthError::auth_expired).code, "auth_expired");
  EXPECT_EQ(row(AuthError::proof_required).code, "proof_required");
  EXPECT_EQ(row(AuthError::invalid_shared_keys).code, "invalid_shared_keys");
  EXPECT_EQ(auth_error_rows().size(), 9U);
}

}  // namespace
}  // namespace pantheon::auth
