#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/random.hpp"

namespace pantheon::app::test {

/// Shell scripts of a test in the place of those that fetch the trial model and serve it. For tests of this
/// part.
class Scripts {
 public:
  Scripts() {
    std::filesystem::create_directories(folder_);
    ::setenv("PANTHEON_SCRIPTS", folder_.c_str(), 1);
  }
  ~Scripts() {
    ::unsetenv("PANTHEON_SCRIPTS");
    std::filesystem::remove_all(folder_);
  }
  Scripts(const Scripts&) = delete;
  Scripts& operator=(const Scripts&) = delete;

  std::string file(const char* name) const { return (folder_ / name).string(); }
  /// For a shell.
  std::string quoted(const char* name) const { return "'" + file(name) + "'"; }
  std::string content(const char* name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void set_up_by(const std::string& script) const {
    std::ofstream(folder_ / "get-model") << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(folder_ / "get-model", std::filesystem::perms::owner_all);
  }
  /// What get-model says at its end: sh in the place of python.
  std::string ready() const {
    return "printf 'ready\\t/bin/sh\\t/the model.gguf\\t%s\\n' " + quoted("serve");
  }
  void serve_by(const std::string& script) const { std::ofstream(folder_ / "serve") << script << "\n"; }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("pantheon scripts-" + core::random_id());
};

}  // namespace pantheon::app::test
