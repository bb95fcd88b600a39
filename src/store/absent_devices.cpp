#include "store/absent_devices.hpp"

#include <cstdint>

namespace pantheon::store {
namespace {

// Names of accounts and devices are shorter; whoever sends longer ones is not to fill the memory.
constexpr std::size_t kLongestKey = 1024;

}  // namespace

bool AbsentDevices::holds(const Moment& now, std::string_view account, std::string_view device_id) {
  return now == moment_ && keys_.contains(key_of(account, device_id));
}

void AbsentDevices::add(const std::optional<Moment>& before, const std::optional<Moment>& after,
                        std::string_view account, std::string_view device_id) {
  if (!before || before != after || account.size() + device_id.size() > kLongestKey) return;
  if (*after != moment_ || keys_.size() >= most_) keys_.clear();
  moment_ = *after;
  keys_.insert(key_of(account, device_id));
}

// The length first, so that no two pairs have one key.
const std::string& AbsentDevices::key_of(std::string_view account, std::string_view device_id) {
  const auto length = static_cast<std::uint32_t>(account.size());
  key_.assign(reinterpret_cast<const char*>(&length), sizeof length);
  key_.append(account).append(device_id);
  return key_;
}

}  // namespace pantheon::store
