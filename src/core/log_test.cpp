#include "core/log.hpp"

#include <gtest/gtest.h>

namespace pantheon::core {
namespace {

TEST(Logging, RefusesAnUnknownLevel) {
  EXPECT_FALSE(configure_logging("loud", LogFormat::text));
}

TEST(Logging, APartHasOneLogger) {
  EXPECT_EQ(logger("a_part"), logger("a_part"));
}

}  // namespace
}  // namespace pantheon::core
