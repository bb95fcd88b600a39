#include "platform/paths.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "platform/error.hpp"

namespace pantheon::platform {
namespace {

constexpr std::uintmax_t kLargestFile = 16U * 1024U * 1024U;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::filesystem::path home() {
  if (auto folder = environment("HOME"); !folder.empty()) return folder;
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_dir : "/";
}

std::filesystem::path folder_from(const char* own, const char* xdg, const char* below_home) {
  if (auto folder = environment(own); !folder.empty()) return folder;
  if (auto folder = environment(xdg); !folder.empty()) return std::filesystem::path(folder) / "pantheon";
  return home() / below_home / "pantheon";
}

core::Result<void> write_all(int fd, std::string_view content, const std::filesystem::path& file) {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return core::failure(PlatformError::cannot_write_file, file.string() + ": " + std::strerror(errno));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

std::filesystem::path data_folder() {
  return folder_from("PANTHEON_HOME", "XDG_DATA_HOME", ".local/share");
}
std::filesystem::path cache_folder() {
  return folder_from("PANTHEON_CACHE", "XDG_CACHE_HOME", ".cache");
}

core::Result<void> make_private_folder(const std::filesystem::path& folder) {
  if (folder.empty()) return core::failure(PlatformError::cannot_create_folder, "it has no name");
  std::error_code ignored;
  std::filesystem::path made;
  for (const auto& part : folder) {
    made /= part;
    if (std::filesystem::is_directory(made, ignored)) continue;
    if (::mkdir(made.c_str(), S_IRWXU) == 0) continue;
    const int error = errno;
    if (std::filesystem::is_directory(made, ignored)) continue;  // somebody else was first
    return core::failure(PlatformError::cannot_create_folder, folder.string() + ": " + std::strerror(error));
  }
  return {};
}

core::Result<std::string> read_file(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return core::failure(PlatformError::cannot_read_file, file.string() + ": " + error.message());
  if (size > kLargestFile)
    return core::failure(PlatformError::cannot_read_file, file.string() + ": larger than 16 MiB");
  std::ifstream in(file, std::ios::binary);
  std::string content(size, '\0');
  if (!in.read(content.data(), static_cast<std::streamsize>(size))) {
    return core::failure(PlatformError::cannot_read_file, file.string());
  }
  return content;
}

core::Result<void> write_private_file(const std::filesystem::path& file, std::string_view content) {
  auto temporary = file;
  temporary += ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0)
    return core::failure(PlatformError::cannot_write_file, temporary.string() + ": " + std::strerror(errno));
  auto result = write_all(fd, content, temporary);
  if (result && ::fsync(fd) != 0)
    result = core::failure(PlatformError::cannot_write_file, std::strerror(errno));
  ::close(fd);
  if (result && ::rename(temporary.c_str(), file.c_str()) != 0) {
    result = core::failure(PlatformError::cannot_write_file, file.string() + ": " + std::strerror(errno));
  }
  return result;
}

}  // namespace pantheon::platform
