#include "link/binding.hpp"

#include <gtest/gtest.h>

#include "link/error.hpp"
#include "link/testing/recorded.hpp"

namespace pantheon::link {
namespace {

using testing::bytes_of;
using testing::text_of;

class BindingVectors : public ::testing::Test {
 protected:
  core::ByteVector transcript(Role role) const {
    return binding_transcript(role, {off_fingerprint, ans_fingerprint, account, off_hello, ans_hello});
  }
  const core::json::object vectors = testing::read_vectors("binding.json");
  const core::ByteVector off_fingerprint = bytes_of(vectors.at("offerer").as_object(), "fingerprint");
  const core::ByteVector ans_fingerprint = bytes_of(vectors.at("answerer").as_object(), "fingerprint");
  const core::ByteVector off_hello = bytes_of(vectors.at("offerer").as_object(), "hello");
  const core::ByteVector ans_hello = bytes_of(vectors.at("answerer").as_object(), "hello");
  const std::string account = text_of(vectors, "account");
};

TEST_F(BindingVectors, TranscriptSignatureAndPayloadAreThoseOfBothRoles) {
  for (const auto& entry : vectors.at("auth").as_array()) {
    const auto& test = entry.as_object();
    const auto role = text_of(test, "role") == "offerer" ? Role::offerer : Role::answerer;
    EXPECT_EQ(transcript(role), bytes_of(test, "transcript"));
    const auto config = testing::recorded_config(vectors, role);
    const auto signature = config.sign(transcript(role));
    EXPECT_EQ(signature, bytes_of(test, "signature"));
    EXPECT_EQ(*serialize_auth({signature, config.public_key, config.statements}), bytes_of(test, "payload"));
  }
}

TEST_F(BindingVectors, ASignatureOverAnythingElseDoesNotVerify) {
  const auto config = testing::recorded_config(vectors, Role::answerer);
  for (const auto& entry : vectors.at("mismatches").as_array()) {
    const auto& test = entry.as_object();
    const auto payload = bytes_of(test, "payload");
    const auto auth = parse_auth(payload);
    ASSERT_TRUE(auth);
    EXPECT_FALSE(config.verify(auth->public_key, transcript(Role::offerer), auth->signature))
        << text_of(test, "name");
  }
}

TEST_F(BindingVectors, RefusesMalformedPayloads) {
  for (const auto& entry : vectors.at("malformed").as_array()) {
    const auto& test = entry.as_object();
    const auto auth = parse_auth(bytes_of(test, "payload"));
    ASSERT_FALSE(auth) << text_of(test, "name");
    EXPECT_TRUE(auth.error().is(LinkError::protocol_error));
  }
}

TEST(Auth, IsNotWrittenWithASignatureOrKeyOfAnotherSize) {
  const core::ByteVector signature(64);
  const core::ByteVector key(32);
  EXPECT_TRUE(serialize_auth({signature, key, {}}));
  EXPECT_FALSE(serialize_auth({key, key, {}}));
  EXPECT_FALSE(serialize_auth({signature, signature, {}}));
  EXPECT_FALSE(serialize_auth({signature, key, core::json::array(17)}));
}

}  // namespace
}  // namespace pantheon::link
