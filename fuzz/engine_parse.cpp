// links: pantheon_engine
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/address.hpp"
#include "engine/naming.hpp"
#include "engine/parse.hpp"

namespace {

namespace engine = pantheon::engine;

void check(const pantheon::core::Result<std::vector<engine::Model>>& models) {
  if (!models) return;
  if (models->size() > engine::kMaxModels) std::abort();
  for (const auto& model : *models) {
    if (model.engine_name.empty() || model.engine_name.size() > engine::kMaxModelName) std::abort();
    if (engine::public_name(model.engine_name).empty()) std::abort();
  }
  auto named = *models;
  engine::assign_ids(named);
  if (named.size() > models->size()) std::abort();
}

}  // namespace

// Whatever an engine or a flag says, what comes out is within its bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(engine::parse_ollama_tags(text));
  check(engine::parse_openai_models(text));
  check(engine::parse_lm_studio_models(text));
  static_cast<void>(engine::parse_ollama_ps(text));
  static_cast<void>(engine::parse_ollama_show(text));
  static_cast<void>(engine::parse_ollama_version(text));
  if (const auto props = engine::parse_llama_props(text)) {
    if (props->total_slots == 0 || props->total_slots > 1024) std::abort();
  }
  for (const auto& address : {engine::ollama_address(text), engine::engine_address(text)}) {
    if (address && (address->base.host.empty() || address->base.target.ends_with('/'))) std::abort();
  }
  return 0;
}
