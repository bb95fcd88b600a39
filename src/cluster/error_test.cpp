#include "cluster/error.hpp"

#include <gtest/gtest.h>

namespace pantheon::cluster {
namespace {

TEST(ClusterError, TheTableIsInTheOrderOfTheEnumeration) {
  EXPECT_EQ(row(ClusterError::bad_message).code, "bad_cluster_message");
  EXPECT_EQ(row(ClusterError::unavailable).code, "cluster_unavailable");
  EXPECT_EQ(row(ClusterError::refused).code, "redis_refused");
  EXPECT_EQ(row(ClusterError::stopped).code, "cluster_stopped");
  EXPECT_EQ(cluster_error_rows().size(), static_cast<std::size_t>(ClusterError::stopped) + 1);
}

}  // namespace
}  // namespace pantheon::cluster
