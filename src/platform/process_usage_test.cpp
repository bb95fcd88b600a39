#include "platform/process_usage.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace pantheon::platform {
namespace {

TEST(ProcessUsage, MemoryIsThatOfARealProcess) {
  EXPECT_GT(process_resident_memory(), core::Bytes{100'000});
  EXPECT_LT(process_resident_memory(), core::Bytes{std::uint64_t{1} << 40U});
}

TEST(ProcessUsage, AFileThatIsOpenCounts) {
  const auto before = process_open_files();
  const std::ifstream file("/proc/self/status");
  EXPECT_EQ(process_open_files(), before + 1);
  EXPECT_GE(process_max_open_files(), before);
}

TEST(ProcessUsage, WorkTakesTime) {
  const auto before = process_cpu_time();
  volatile double sum = 0;
  while (process_cpu_time() - before < std::chrono::milliseconds(2)) sum = sum + 1;
  EXPECT_GT(process_cpu_time(), before);
}

}  // namespace
}  // namespace pantheon::platform
