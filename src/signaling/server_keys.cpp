#include "signaling/server_keys.hpp"

#include "core/json.hpp"
#include "core/random.hpp"

namespace pantheon::signaling {
namespace {

// In account ids of shared keys, which are the same on all nodes though these have nothing in common.
constexpr const char* kServerWithoutDevices = "one-cluster-of-servers";

}  // namespace

core::Result<ServerKeys> load_server_keys(store::DeviceStore& store, const Options& options) {
  auto id = store.server_value("id", core::random_id());
  if (!id) return core::failure(id.error());
  if (!options.keep_devices) *id = kServerWithoutDevices;
  const auto fresh = core::serialize_json(auth::Jwk::generate_es256().private_json());
  const auto stored = store.server_value("signing_key", fresh);
  if (!stored) return core::failure(stored.error());
  const auto object = core::parse_json_object(*stored);
  if (!object) return core::failure(object.error());
  auto key = auth::Jwk::parse(*object);
  if (!key) return core::failure(key.error());
  return ServerKeys{std::move(*id), std::move(*key)};
}

}  // namespace pantheon::signaling
