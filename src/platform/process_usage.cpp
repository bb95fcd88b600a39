#include "platform/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>

namespace pantheon::platform {

core::Bytes process_resident_memory() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(statm >> all >> resident)) return {};
  return {resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

std::size_t process_open_files() {
  std::error_code error;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator files("/proc/self/fd", error), end; !error && files != end;
       files.increment(error)) {
    ++count;
  }
  return count == 0 ? 0 : count - 1;  // one was open to look
}

std::size_t process_max_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur;
}

std::chrono::duration<double> process_cpu_time() {
  timespec used{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace pantheon::platform
