#include "engineio/error.hpp"

#include <gtest/gtest.h>

namespace pantheon::engineio {
namespace {

TEST(EngineioError, TheTableIsInTheOrderOfTheEnumeration) {
  EXPECT_EQ(row(EngineioError::empty_packet).code, "empty_packet");
  EXPECT_EQ(row(EngineioError::transport_unknown).advice, "Transport unknown");
  EXPECT_EQ(row(EngineioError::unsupported_protocol).advice, "Unsupported protocol version");
  EXPECT_EQ(engineio_error_rows().size(), static_cast<std::size_t>(EngineioError::closed) + 1);
}

}  // namespace
}  // namespace pantheon::engineio
