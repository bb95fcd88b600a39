#include "signaling/process_memory.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

namespace pantheon::bench {

std::int64_t memory_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  constexpr std::int64_t kKibibyte = 1024;
  std::string name;
  while (file >> name) {
    std::int64_t amount = 0;
    if (name == "Pss:" && file >> amount) return amount * kKibibyte;
  }
  throw std::runtime_error("no memory figures of process " + std::to_string(pid));
}

}  // namespace pantheon::bench
