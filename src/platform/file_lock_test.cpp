#include "platform/file_lock.hpp"

#include <gtest/gtest.h>

namespace pantheon::platform {
namespace {

TEST(FileLock, IsHeldByOneAtATime) {
  const std::filesystem::path file = testing::TempDir() + "pantheon-lock-test";
  const int first = lock_file(file).value();
  ASSERT_GE(first, 0);
  EXPECT_EQ(lock_file(file).value(), -1);
  unlock_file(first);
  const int second = lock_file(file).value();
  EXPECT_GE(second, 0);
  unlock_file(second);
  std::filesystem::remove(file);
}

TEST(FileLock, AFolderThatIsNotThereIsACodedError) {
  EXPECT_EQ(lock_file("/no/such/folder/lock").error().code(), "cannot_write_file");
}

}  // namespace
}  // namespace pantheon::platform
