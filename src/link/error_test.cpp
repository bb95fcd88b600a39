#include "link/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::link {
namespace {

TEST(LinkErrors, EveryNameIsUniqueAndLeadsBackToItsCode) {
  std::set<std::string_view> names;
  for (std::uint32_t code = 0; code < link_error_rows().size(); ++code) {
    const auto name = error_name(error_from_wire(code));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(error_from_name(name), static_cast<LinkError>(code));
  }
  EXPECT_EQ(error_name(LinkError::handshake_timeout), "handshake_timeout");
  EXPECT_EQ(error_name(LinkError::internal), "internal");
}

TEST(LinkErrors, AnUnknownCodeReadsAsInternal) {
  EXPECT_EQ(error_from_wire(4000), LinkError::internal);
  EXPECT_EQ(error_from_wire(0x7FFFFFFF), LinkError::internal);
  EXPECT_EQ(&row(static_cast<LinkError>(4000)), &row(LinkError::internal));
  EXPECT_EQ(&row(static_cast<LinkError>(0x7FFFFFFF)), &row(LinkError::internal));
}

TEST(LinkErrors, AnUnknownNameIsNothing) {
  EXPECT_EQ(error_from_name("no_such_error"), std::nullopt);
}

}  // namespace
}  // namespace pantheon::link
