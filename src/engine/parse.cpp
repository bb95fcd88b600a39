#include "engine/parse.hpp"

#include <algorithm>
#include <cstdio>

#include "core/json.hpp"
#include "engine/error.hpp"

namespace pantheon::engine {
namespace {

namespace json = core::json;

constexpr std::size_t kMaxText = 64;
constexpr std::size_t kMaxCapabilities = 16;
constexpr std::int64_t kMaxSlots = 1024;

core::Result<json::object> document(std::string_view text) {
  auto object = core::parse_json_object(text);
  // The parser's words are kept out: they could quote what the engine said.
  if (!object) return core::failure(EngineError::bad_answer, "not a JSON object");
  return object;
}

/// Printable text of bounded length; anything else reads as absent.
std::string text_of(const json::object& object, std::string_view key, std::size_t limit = kMaxText) {
  const auto text = core::get_string(object, key);
  if (!text || text->size() > limit) return {};
  const bool printable = std::none_of(text->begin(), text->end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
  return printable ? std::string(*text) : std::string();
}

std::uint64_t count_of(const json::object& object, std::string_view key) {
  const auto number = core::get_integer(object, key);
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

std::vector<std::string> strings_of(const json::object& object, std::string_view key) {
  std::vector<std::string> list;
  const auto* array = core::get_array(object, key);
  if (array == nullptr) return list;
  for (const auto& entry : *array) {
    if (list.size() == kMaxCapabilities) break;
    if (entry.is_string() && entry.get_string().size() <= kMaxText) list.emplace_back(entry.get_string());
  }
  return list;
}

/// `8030261248` as engines write it for people: "8.0B".
std::string parameters_text(std::uint64_t count) {
  if (count == 0) return {};
  const double millions = static_cast<double>(count) / 1e6;
  char buffer[32];
  if (millions < 1000) {
    std::snprintf(buffer, sizeof buffer, "%.0fM", millions);
  } else {
    std::snprintf(buffer, sizeof buffer, "%.1fB", millions / 1000);
  }
  return buffer;
}

Model ollama_model(const json::object& entry, std::string name) {
  Model model;
  model.name = name;
  model.engine_name = std::move(name);
  model.size = core::Bytes{count_of(entry, "size")};
  model.digest = text_of(entry, "digest", 128);
  model.modified_at = text_of(entry, "modified_at");
  model.remote = core::get_string(entry, "remote_host").has_value() ||
                 core::get_string(entry, "remote_model").has_value() ||
                 model.engine_name.ends_with("-cloud") || model.engine_name.ends_with(":cloud");
  if (const auto* details = core::get_object(entry, "details")) {
    model.parameters = text_of(*details, "parameter_size");
    model.quantisation = text_of(*details, "quantization_level");
    model.family = text_of(*details, "family");
  }
  return model;
}

std::string ollama_name(const json::object& entry) {
  auto name = text_of(entry, "model", kMaxModelName);
  return name.empty() ? text_of(entry, "name", kMaxModelName) : name;
}

/// Calls `use` with each object of an array member, at most kMaxModels.
template <class Use>
core::Result<void> for_each_entry(const json::object& object, std::string_view key, Use use) {
  const auto* member = object.if_contains(key);
  if (member != nullptr && member->is_null()) return {};  // Go writes an empty list as null
  const auto* array = core::get_array(object, key);
  if (array == nullptr) return core::failure(EngineError::bad_answer, "no list of models");
  std::size_t seen = 0;
  for (const auto& entry : *array) {
    if (++seen > kMaxModels) break;
    if (entry.is_object()) use(entry.get_object());
  }
  return {};
}

void read_llama_meta(const json::object& entry, Model& model) {
  const auto* meta = core::get_object(entry, "meta");
  if (meta == nullptr) return;
  model.size = core::Bytes{count_of(*meta, "size")};
  model.parameters = parameters_text(count_of(*meta, "n_params"));
  const auto context = count_of(*meta, "n_ctx");
  model.context = context != 0 ? context : count_of(*meta, "n_ctx_train");
  model.quantisation = text_of(*meta, "ftype");
}

/// llama-server repeats its models in a second list, which alone says what they can do.
void read_llama_capabilities(const json::object& object, std::vector<Model>& models) {
  const auto* array = core::get_array(object, "models");
  if (array == nullptr) return;
  for (std::size_t i = 0; i < std::min(array->size(), models.size()); ++i) {
    const auto* entry = (*array)[i].if_object();
    if (entry == nullptr || core::get_string(*entry, "name") != models[i].engine_name) continue;
    models[i].capabilities = strings_of(*entry, "capabilities");
  }
}

Model lm_studio_model(const json::object& entry, std::string id) {
  Model model;
  model.name = id;
  model.engine_name = std::move(id);
  model.quantisation = text_of(entry, "quantization");
  model.family = text_of(entry, "arch");
  model.loaded = core::get_string(entry, "state") == "loaded";
  const auto loaded_context = count_of(entry, "loaded_context_length");
  model.context = loaded_context != 0 ? loaded_context : count_of(entry, "max_context_length");
  const auto type = core::get_string(entry, "type").value_or("llm");
  model.capabilities.emplace_back(type == "embeddings" ? "embedding" : "completion");
  if (type == "vlm") model.capabilities.emplace_back("vision");
  for (const auto& capability : strings_of(entry, "capabilities")) {
    model.capabilities.push_back(capability == "tool_use" ? "tools" : capability);
  }
  return model;
}

}  // namespace

core::Result<std::string> parse_ollama_version(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  auto version = text_of(*object, "version");
  if (version.empty()) return core::failure(EngineError::bad_answer, "no version");
  return version;
}

core::Result<std::vector<Model>> parse_ollama_tags(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  std::vector<Model> models;
  const auto read = for_each_entry(*object, "models", [&](const json::object& entry) {
    auto name = ollama_name(entry);
    if (!name.empty()) models.push_back(ollama_model(entry, std::move(name)));
  });
  if (!read) return core::failure(read.error());
  return models;
}

core::Result<std::vector<std::string>> parse_ollama_ps(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  std::vector<std::string> names;
  const auto read = for_each_entry(*object, "models", [&](const json::object& entry) {
    auto name = ollama_name(entry);
    if (!name.empty()) names.push_back(std::move(name));
  });
  if (!read) return core::failure(read.error());
  return names;
}

core::Result<OllamaDetails> parse_ollama_show(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  OllamaDetails details;
  details.capabilities = strings_of(*object, "capabilities");
  if (const auto* info = core::get_object(*object, "model_info")) {
    const auto architecture = core::get_string(*info, "general.architecture");
    if (architecture) details.context = count_of(*info, std::string(*architecture) + ".context_length");
  }
  return details;
}

core::Result<std::vector<Model>> parse_openai_models(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  std::vector<Model> models;
  const auto read = for_each_entry(*object, "data", [&](const json::object& entry) {
    auto id = text_of(entry, "id", kMaxModelName);
    if (id.empty()) return;
    Model model;
    model.name = id;
    model.engine_name = std::move(id);
    read_llama_meta(entry, model);
    models.push_back(std::move(model));
  });
  if (!read) return core::failure(read.error());
  read_llama_capabilities(*object, models);
  return models;
}

bool is_list_of_llama_cpp(std::string_view text) {
  const auto object = document(text);
  bool theirs = false;
  if (!object) return false;
  (void)for_each_entry(*object, "data", [&](const json::object& entry) {
    theirs = theirs || core::get_string(entry, "owned_by") == "llamacpp";
  });
  return theirs;
}

core::Result<std::vector<Model>> parse_lm_studio_models(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  std::vector<Model> models;
  bool theirs = core::get_string(*object, "object") == "list";
  const auto read = for_each_entry(*object, "data", [&](const json::object& entry) {
    theirs = theirs && core::get_string(entry, "state") && core::get_string(entry, "type");
    auto id = text_of(entry, "id", kMaxModelName);
    if (!id.empty()) models.push_back(lm_studio_model(entry, std::move(id)));
  });
  if (!read) return core::failure(read.error());
  if (!theirs) return core::failure(EngineError::bad_answer, "not LM Studio's list");
  return models;
}

core::Result<LlamaProps> parse_llama_props(std::string_view text) {
  const auto object = document(text);
  if (!object) return core::failure(object.error());
  const auto slots = core::get_integer(*object, "total_slots");
  const auto* settings = core::get_object(*object, "default_generation_settings");
  const bool router = core::get_string(*object, "role") == "router";
  if ((!slots && !router) || settings == nullptr)
    return core::failure(EngineError::bad_answer, "not llama-server's properties");
  LlamaProps props;
  props.total_slots = static_cast<unsigned>(std::clamp<std::int64_t>(slots.value_or(1), 1, kMaxSlots));
  props.context = count_of(*settings, "n_ctx");
  props.build = text_of(*object, "build_info");
  if (const auto* modalities = core::get_object(*object, "modalities")) {
    props.vision = core::get_bool(*modalities, "vision").value_or(false);
    props.audio = core::get_bool(*modalities, "audio").value_or(false);
  }
  return props;
}

}  // namespace pantheon::engine
