#include "app/certificate_watch.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "core/random.hpp"
#include "core/task_group.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

class CertificateWatch : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) / core::random_id();
    std::filesystem::create_directories(folder_);
    write("cert.pem", "one");
    write("key.pem", "one");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
    return (folder_ / name).string();
  }
  /// Watches; `change` runs once, at the beginning. Ends at the first reload, or fails after two seconds.
  int reloads_after(std::function<void()> change, std::chrono::milliseconds patience) {
    int reloads = 0;
    asio::io_context io;
    core::TaskGroup tasks(io.get_executor());
    tasks.spawn(
        watch_certificate({(folder_ / "cert.pem").string(), (folder_ / "key.pem").string()}, 5ms, [&] {
          ++reloads;
          tasks.cancel();
        }));
    io.poll();
    change();
    io.run_for(patience);
    tasks.cancel();
    io.restart();
    io.run();
    return reloads;
  }

  std::filesystem::path folder_;
};

TEST_F(CertificateWatch, ANewFileIsLoaded) {
  EXPECT_EQ(reloads_after([&] { write("cert.pem", "another"); }, 2s), 1);
}

TEST_F(CertificateWatch, ALinkThatLeadsElsewhereIsLoaded) {
  std::filesystem::rename(folder_ / "cert.pem", folder_ / "cert1.pem");
  std::filesystem::create_symlink("cert1.pem", folder_ / "cert.pem");
  std::filesystem::copy(folder_ / "cert1.pem", folder_ / "cert2.pem");
  EXPECT_EQ(reloads_after(
                [&] {
                  std::filesystem::remove(folder_ / "cert.pem");
                  std::filesystem::create_symlink("cert2.pem", folder_ / "cert.pem");
                },
                2s),
            1);
}

TEST_F(CertificateWatch, NothingNewIsNotLoaded) {
  EXPECT_EQ(reloads_after([] {}, 50ms), 0);
}

TEST_F(CertificateWatch, AFileThatIsNotThereHasNoState) {
  EXPECT_EQ(file_state(folder_ / "none.pem"), FileState{});
}

}  // namespace
}  // namespace pantheon::app
