#include "engine/naming.hpp"

#include <set>

namespace pantheon::engine {
namespace {

bool is_path(std::string_view name) {
  if (name.starts_with('/') || name.starts_with("./") || name.starts_with("../") || name.starts_with("~/"))
    return true;
  return name.find('\\') != std::string_view::npos;
}

}  // namespace

std::string public_name(std::string_view engine_name) {
  if (!is_path(engine_name)) return std::string(engine_name);
  auto name = engine_name.substr(engine_name.find_last_of("/\\") + 1);
  if (name.ends_with(".gguf") && name.size() > 5) name.remove_suffix(5);
  return std::string(name.empty() ? "model" : name);
}

void assign_ids(std::vector<Model>& models) {
  std::set<std::string> taken;
  std::vector<Model> kept;
  kept.reserve(models.size());
  for (auto& model : models) {
    model.id = public_name(model.engine_name);
    if (taken.contains(model.id)) model.id += "@" + model.engine_id;
    if (taken.insert(model.id).second) kept.push_back(std::move(model));
  }
  models = std::move(kept);
}

}  // namespace pantheon::engine
