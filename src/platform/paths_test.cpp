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
  static unsigned mode_of(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
  }
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
  EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(Paths, AMissingFileIsACodedError) {
  EXPECT_EQ(read_file(folder_ / "absent").error().code(), "cannot_read_file");
}

TEST_F(Paths, AFolderIsPrivateAndSoAreItsParentsThatWereMissing) {
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  const auto before = ::umask(022);
  const auto made = make_private_folder(folder_ / "share" / "pantheon" / "");
  ::umask(before);
  ASSERT_TRUE(made);
  EXPECT_EQ(mode_of(folder_), 0755U);
  EXPECT_EQ(mode_of(folder_ / "share"), 0700U);
  EXPECT_EQ(mode_of(folder_ / "share" / "pantheon"), 0700U);
  EXPECT_TRUE(make_private_folder(folder_ / "share"));
}

TEST_F(Paths, AFolderWithoutANameCannotBeMade) {
  EXPECT_EQ(make_private_folder("").error().code(), "cannot_create_folder");
}

TEST_F(Paths, AFolderBelowAFileCannotBeMade) {
  ASSERT_TRUE(write_private_file(folder_ / "file", "x"));
  EXPECT_EQ(make_private_folder(folder_ / "file" / "below").error().code(), "cannot_create_folder");
}

}  // namespace
}  // namespace pantheon::platform
