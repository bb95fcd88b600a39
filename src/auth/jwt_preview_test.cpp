#include "auth/jwt_preview.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"
#include "auth/test_support.hpp"

namespace pantheon::auth {
namespace {

using test::coded;

TEST(JwtPreview, SaysWhatTheTokenSaysOfItself) {
  const auto preview =
      preview_jwt(coded({{"alg", "RS256"}, {"kid", "k"}}) + "." + coded({{"iss", "me"}}) + ".whatever");
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->algorithm, "RS256");
  EXPECT_EQ(preview->key_id, "k");
  EXPECT_EQ(preview->issuer, "me");
}

TEST(JwtPreview, AKeyIdMayBeMissing) {
  const auto preview = preview_jwt(coded({{"alg", "none"}}) + "." + coded({{"iss", "me"}}) + ".");
  ASSERT_TRUE(preview);
  EXPECT_FALSE(preview->key_id);
}

TEST(JwtPreview, RefusesWhatIsNoToken) {
  const auto head = coded({{"alg", "RS256"}});
  const auto body = coded({{"iss", "me"}});
  const std::vector<std::string> wrong{"",
                                       "..",
                                       "a.b.c",
                                       head,
                                       head + "." + body,
                                       head + "." + body + ".x.y",
                                       coded({{"alg", 5}}) + "." + body + ".",
                                       coded({}) + "." + body + ".",
                                       head + "." + coded({}) + ".",
                                       head + "." + coded({{"iss", 5}}) + ".",
                                       head + "." + coded({{"iss", std::string(9000, 'x')}}) + "."};
  for (const auto& token : wrong) {
    const auto preview = preview_jwt(token);
    ASSERT_FALSE(preview) << token;
    EXPECT_TRUE(preview.error().is(AuthError::auth_invalid));
  }
}

}  // namespace
}  // namespace pantheon::auth
