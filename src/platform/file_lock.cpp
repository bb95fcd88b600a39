#include "platform/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/error.hpp"

namespace pantheon::platform {

core::Result<int> lock_file(const std::filesystem::path& file) {
  const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (handle < 0)
    return core::failure(PlatformError::cannot_write_file, file.string() + ": " + std::strerror(errno));
  if (::flock(handle, LOCK_EX | LOCK_NB) != 0) {
    const int why = errno;
    ::close(handle);
    if (why == EWOULDBLOCK) return -1;
    return core::failure(PlatformError::cannot_write_file,
                         file.string() + " cannot be locked: " + std::strerror(why));
  }
  return handle;
}

void unlock_file(int handle) {
  ::close(handle);
}

}  // namespace pantheon::platform
