#include "host/answers.hpp"

#include <sodium.h>

#include <array>

#include "core/bytes.hpp"

namespace pantheon::host {
namespace {

namespace json = core::json;

// The API that is answered when no Ollama is here to name its own version.
constexpr std::string_view kOllamaApi = "0.17.4";
// What Ollama writes for a model that stays loaded.
constexpr std::string_view kForever = "2318-01-01T00:00:00Z";
constexpr std::string_view kUnknownTime = "1970-01-01T00:00:00Z";

json::array strings(const std::vector<std::string>& list) {
  json::array array;
  for (const auto& entry : list) array.emplace_back(entry);
  return array;
}

json::object catalogue_model(const engine::Model& model) {
  json::object entry{{"id", model.id}, {"name", model.name}, {"engine", model.engine_id}};
  if (model.size.count != 0) entry["size"] = model.size.count;
  if (!model.parameters.empty()) entry["parameters"] = model.parameters;
  if (!model.quantisation.empty()) entry["quantization"] = model.quantisation;
  if (model.context != 0) entry["contextLength"] = model.context;
  if (!model.family.empty()) entry["family"] = model.family;
  entry["capabilities"] = strings(model.capabilities);
  entry["loaded"] = model.loaded;
  entry["stale"] = model.stale;
  return entry;
}

/// Ollama's clients cut the digest short without looking, so there must be one for models of other engines
/// too.
std::string digest_of(const engine::Model& model) {
  if (model.digest.size() == 2 * crypto_hash_sha256_BYTES) return model.digest;
  const auto text = core::as_bytes(model.id);
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), text.data(), text.size());
  return core::to_hex(hash);
}

json::object ollama_details(const engine::Model& model) {
  return {{"parent_model", ""},
          {"format", "gguf"},
          {"family", model.family},
          {"families", model.family.empty() ? json::array() : json::array{model.family}},
          {"parameter_size", model.parameters},
          {"quantization_level", model.quantisation}};
}

json::object ollama_entry(const engine::Model& model) {
  return {{"name", model.id},
          {"model", model.id},
          {"size", model.size.count},
          {"digest", digest_of(model)},
          {"details", ollama_details(model)}};
}

std::string_view provider_of(const engine::Snapshot& snapshot, const engine::Model& model) {
  const auto* engine = snapshot.find_engine(model.engine_id);
  return engine == nullptr ? std::string_view() : engine::wire_name(engine->kind);
}

}  // namespace

json::object catalogue_answer(const HostIdentity& host, const engine::Snapshot& snapshot,
                              const ModelRefs& models) {
  json::array model_list;
  for (const auto* model : models) model_list.push_back(catalogue_model(*model));
  json::array engine_list;
  for (const auto& engine : snapshot.engines) {
    if (!engine.shared) continue;
    engine_list.push_back(json::object{{"id", engine.id},
                                       {"kind", engine::wire_name(engine.kind)},
                                       {"name", engine.name},
                                       {"up", engine.up}});
  }
  return {{"host", json::object{{"name", host.name}, {"platform", host.platform}}},
          {"models", std::move(model_list)},
          {"engines", std::move(engine_list)}};
}

json::object openai_model(const engine::Model& model) {
  return {{"id", model.id}, {"object", "model"}, {"created", 0}, {"owned_by", model.engine_id}};
}

json::object openai_models_answer(const ModelRefs& models) {
  json::array list;
  for (const auto* model : models) list.push_back(openai_model(*model));
  return {{"object", "list"}, {"data", std::move(list)}};
}

json::object ollama_tags_answer(const ModelRefs& models) {
  json::array list;
  for (const auto* model : models) {
    auto entry = ollama_entry(*model);
    entry["modified_at"] = model->modified_at.empty() ? kUnknownTime : std::string_view(model->modified_at);
    list.push_back(std::move(entry));
  }
  return {{"models", std::move(list)}};
}

json::object ollama_ps_answer(const ModelRefs& models) {
  json::array list;
  for (const auto* model : models) {
    if (!model->loaded) continue;
    auto entry = ollama_entry(*model);
    entry["expires_at"] = kForever;
    entry["size_vram"] = 0;
    list.push_back(std::move(entry));
  }
  return {{"models", std::move(list)}};
}

json::object ollama_version_answer(const engine::Snapshot& snapshot) {
  for (const auto& engine : snapshot.engines) {
    if (engine.shared && engine.kind == engine::EngineKind::ollama && !engine.version.empty()) {
      return {{"version", engine.version}};
    }
  }
  return {{"version", kOllamaApi}};
}

json::object ollama_show_answer(const engine::Model& model) {
  const std::string family = model.family.empty() ? "unknown" : model.family;
  json::object info{{"general.architecture", family}};
  if (model.context != 0) info[family + ".context_length"] = model.context;
  return {{"details", ollama_details(model)},
          {"model_info", std::move(info)},
          {"capabilities", strings(model.capabilities)}};
}

json::array legacy_models(const engine::Snapshot& snapshot, const ModelRefs& models) {
  json::array list;
  for (const auto* model : models) {
    list.push_back(json::object{{"id", model->id},
                                {"name", model->id},
                                {"displayName", model->name},
                                {"provider", provider_of(snapshot, *model)},
                                {"size", model->size.count}});
  }
  return list;
}

std::string error_body(engine::Dialect dialect, const core::Error& error) {
  const auto message = error.message();
  const auto code = error.code();
  switch (dialect) {
    case engine::Dialect::ollama:
      return core::serialize_json(json::object{{"error", message}, {"code", code}});
    case engine::Dialect::anthropic:
      return core::serialize_json(json::object{
          {"type", "error"}, {"error", json::object{{"type", code}, {"message", message}, {"code", code}}}});
    case engine::Dialect::openai:
      break;
  }
  return core::serialize_json(json::object{
      {"error",
       json::object{{"message", message}, {"type", "pantheon_error"}, {"param", nullptr}, {"code", code}}}});
}

}  // namespace pantheon::host
