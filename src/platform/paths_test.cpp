#include "platform/paths.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

namespace pantheon::platform {
namespace {

class Paths : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "pantheon-paths-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Paths, TheDataFolderFollowsItsVariable) {
  ::setenv("PANTHEON_HOME", "/somewhere/else", 1);
  EXPECT_EQ(data_folder(), "/somewhere/else");
  ::unsetenv("PANTHEON_HOME");
}

TEST_F(Paths, AWrittenFileReadsBackAndIsPrivate) {
  const auto file = folder_ / "key";
  ASSERT_TRUE(write_private_file(file, "first"));
  ASSERT_TRUE(write_private_file(file, "second"));
  EXPECT_EQ(read_file(file).value(), "second");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Paths, AMissingFileIsACodedError) {
  EXPECT_EQ(read_file(folder_ / "absent").error().code(), "cannot_read_file");
}

TEST_F(Paths, AFolderBelowAFileCannotBeMade) {
  ASSERT_TRUE(write_private_file(folder_ / "file", "x"));
  EXPECT_EQ(make_private_folder(folder_ / "file" / "below").error().code(), "cannot_create_folder");
}

}  // namespace
}  // namespace pantheon::platform
