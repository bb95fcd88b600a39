#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "core/json.hpp"
#include "identity/device_key.hpp"

namespace pantheon::identity::test {

/// A golden vector file shared with the TypeScript client. Lives to the end, so that loops may run over its
/// inside.
inline const core::json::object& vectors(const std::string& name) {
  static std::map<std::string, core::json::object> files;
  if (const auto known = files.find(name); known != files.end()) return known->second;
  std::ifstream file(std::string(PANTHEON_SOURCE_DIR) + "/tests/vectors/identity/" + name + ".json");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return files[name] = core::parse_json_object(text).value();
}

inline DeviceKey key_of(const core::json::object& object) {
  return DeviceKey::from_seed_text(core::get_string(object, "seed").value()).value();
}

inline DeviceKey test_key(std::uint8_t number) {
  Seed seed{};
  seed.fill(number);
  return DeviceKey::from_seed(seed);
}

}  // namespace pantheon::identity::test
