#include "session/device_tokens.hpp"

#include <gtest/gtest.h>

#include "core/bytes.hpp"

namespace pantheon::session {
namespace {

TEST(ExpiryOf, ReadsTheClaim) {
  const auto payload = core::to_base64url(core::as_bytes(R"({"exp":1700000000})"));
  EXPECT_EQ(expiry_of("h." + payload + ".s"), core::WallTime(std::chrono::seconds(1'700'000'000)));
}

TEST(ExpiryOf, IsThePastForAnythingElse) {
  for (const char* text : {"", "a", "a.b", "a.!!.c", "a.e30.c"})
    EXPECT_EQ(expiry_of(text), core::WallTime{}) << text;
}

}  // namespace
}  // namespace pantheon::session
