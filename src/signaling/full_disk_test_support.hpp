#pragma once

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "core/random.hpp"

namespace pantheon::signaling::test {

/// A folder that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder() { std::filesystem::create_directories(path); }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("pantheon-disk-" + core::random_id());
};

/// As long as it lives this process writes into no file, as when the disk is full.
class FullDisk {
 public:
  FullDisk() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace pantheon::signaling::test
