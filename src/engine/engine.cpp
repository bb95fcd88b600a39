#include "engine/engine.hpp"

#include <array>
#include <tuple>

namespace pantheon::engine {
namespace {

struct KindRow {
  std::string_view wire;
  std::string_view display;
};
// In the order of EngineKind.
constexpr std::array<KindRow, 4> kKinds{{
    {"ollama", "Ollama"},
    {"lm-studio", "LM Studio"},
    {"llama-server", "llama-server"},
    {"openai-compatible", "OpenAI-compatible engine"},
}};
constexpr std::array<std::string_view, 3> kDialects{"openai", "ollama", "anthropic"};

auto compared(const EngineInfo& info) {
  return std::make_tuple(std::cref(info.id), info.kind, std::cref(info.name), std::cref(info.version),
                         info.parallel, info.up, info.shared, info.unrecognised, info.wants_key,
                         info.address.text());
}

}  // namespace

std::string_view wire_name(EngineKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind)).wire;
}
std::string_view display_name(EngineKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind)).display;
}
std::string_view wire_name(Dialect dialect) {
  return kDialects.at(static_cast<std::size_t>(dialect));
}

bool speaks(EngineKind kind, Dialect dialect) {
  // Newer versions of all of them serve /v1/messages; an older one answers 404 itself, which passes through.
  return dialect != Dialect::ollama || kind == EngineKind::ollama;
}

bool EngineInfo::operator==(const EngineInfo& other) const {
  return compared(*this) == compared(other);
}

}  // namespace pantheon::engine
