#include "link/measure.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

namespace pantheon::bench {
namespace {

double percentile(const std::vector<double>& sorted, double fraction) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::lround(last * fraction))];
}

}  // namespace

core::json::object Samples::summary() const {
  if (times_.empty()) return {{"count", 0}};
  auto sorted = times_;
  std::sort(sorted.begin(), sorted.end());
  const auto stalls = std::count_if(sorted.begin(), sorted.end(), [](double time) { return time > 500; });
  return {{"count", sorted.size()},
          {"p50", percentile(sorted, 0.5)},
          {"p90", percentile(sorted, 0.9)},
          {"p99", percentile(sorted, 0.99)},
          {"p999", percentile(sorted, 0.999)},
          {"max", sorted.back()},
          {"over_500", stalls}};
}

std::chrono::nanoseconds own_cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

std::optional<std::chrono::nanoseconds> cpu_time_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto behind_name = line.rfind(')');
  if (behind_name == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(behind_name + 1));
  std::string skipped;
  constexpr int kFieldsBeforeUserTime = 11;
  for (int i = 0; i < kFieldsBeforeUserTime; ++i) fields >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return std::chrono::nanoseconds(std::chrono::seconds(1)) / ::sysconf(_SC_CLK_TCK) * (user + system);
}

std::int64_t steady_now_ns() {
  return std::chrono::nanoseconds(Clock::now().time_since_epoch()).count();
}

std::int64_t wall_now_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace pantheon::bench
