#include "signaling/cluster_founding.hpp"

#include <memory>

#include "cluster/error.hpp"
#include "core/bytes.hpp"
#include "core/random.hpp"

namespace pantheon::signaling {
namespace {

using cluster::ClusterError;

constexpr std::string_view kWithoutDevices = "devices-off:";

std::string mark_name(std::string_view mark) {
  return std::string("cluster:").append(mark);
}

}  // namespace

core::Result<Founding> found_on_database(store::DeviceStore& devices) {
  auto mark = core::random_id();
  const auto left = devices.server_value(mark_name(mark), "left");
  if (!left) return core::failure(left.error());
  const auto may_join = [store = &devices](const std::string& founding) -> core::Result<void> {
    if (founding.starts_with(kWithoutDevices))
      return core::failure(ClusterError::other_cluster, "they run with --devices=off, this one does not");
    const auto found = store->server_value(mark_name(founding), "unknown");
    if (!found) return core::failure(found.error());
    if (*found != "left") return core::failure(ClusterError::other_cluster, "their database is another");
    return {};
  };
  return Founding{[mark = std::move(mark)] { return mark; }, may_join};
}

Founding found_without_devices(auth::Nonces& nonces, core::ByteView key) {
  const auto current = std::make_shared<std::string>(core::to_hex(key));
  nonces.use_key(core::as_bytes(*current));
  const auto may_join = [current, nonces = &nonces](const std::string& founding) -> core::Result<void> {
    if (!founding.starts_with(kWithoutDevices))
      return core::failure(ClusterError::other_cluster, "this one runs with --devices=off, they do not");
    *current = founding.substr(kWithoutDevices.size());
    nonces->use_key(core::as_bytes(*current));
    return {};
  };
  return {[current] { return std::string(kWithoutDevices) + *current; }, may_join};
}

}  // namespace pantheon::signaling
