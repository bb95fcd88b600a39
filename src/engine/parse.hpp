#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "engine/model.hpp"

namespace pantheon::engine {

// Readers of what engines answer. All are pure and tolerant: an entry without a usable name is passed over,
// an absent or odd field stays empty; only a document of another form is `engine_bad_answer`. Bounds: 1,000
// models, names of 256 bytes, 16 capabilities of 64 bytes. Ids and engine ids are left to the catalogue.

constexpr std::size_t kMaxModels = 1000;
constexpr std::size_t kMaxModelName = 256;

/// Ollama's `GET /api/version`.
core::Result<std::string> parse_ollama_version(std::string_view text);
/// Ollama's `GET /api/tags`.
core::Result<std::vector<Model>> parse_ollama_tags(std::string_view text);
/// Ollama's `GET /api/ps`: names of the models in memory.
core::Result<std::vector<std::string>> parse_ollama_ps(std::string_view text);

struct OllamaDetails {
  std::vector<std::string> capabilities;
  std::uint64_t context = 0;  ///< tokens
};
/// Ollama's `POST /api/show`: only what the catalogue wants to know.
core::Result<OllamaDetails> parse_ollama_show(std::string_view text);

/// `GET /v1/models` of any OpenAI-compatible engine; llama-server's `meta` and `status` are read where
/// present.
core::Result<std::vector<Model>> parse_openai_models(std::string_view text);
/// Whether such a list is that of a llama-server, by its own word.
bool is_list_of_llama_cpp(std::string_view text);
/// LM Studio's `GET /api/v0/models`.
core::Result<std::vector<Model>> parse_lm_studio_models(std::string_view text);

struct LlamaProps {
  unsigned total_slots = 1;
  std::uint64_t context = 0;  ///< tokens of one slot
  bool vision = false;
  bool audio = false;
  std::string build;
};
/// llama-server's `GET /props`.
core::Result<LlamaProps> parse_llama_props(std::string_view text);

}  // namespace pantheon::engine
