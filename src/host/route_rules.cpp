#include "host/route_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "host/error.hpp"
#include "http/response_writer.hpp"

namespace pantheon::host {
namespace {

using engine::Dialect;

constexpr std::size_t kMaxHops = 2;
constexpr std::size_t kMaxModelId = 512;
constexpr std::string_view kOneModel = "/v1/models/";

struct RouteRow {
  std::string_view method;
  std::string_view path;
  Dialect dialect;
  Action action;
};
constexpr std::array<RouteRow, 22> kRoutes{{
    {"GET", "/pantheon/catalogue", Dialect::openai, Action::catalogue},
    {"GET", "/v1/models", Dialect::openai, Action::openai_models},
    {"POST", "/v1/chat/completions", Dialect::openai, Action::forward},
    {"POST", "/v1/completions", Dialect::openai, Action::forward},
    {"POST", "/v1/embeddings", Dialect::openai, Action::forward},
    {"POST", "/v1/responses", Dialect::openai, Action::forward},
    {"POST", "/v1/messages", Dialect::anthropic, Action::forward},
    {"GET", "/api/tags", Dialect::ollama, Action::ollama_tags},
    {"GET", "/api/ps", Dialect::ollama, Action::ollama_ps},
    {"GET", "/api/version", Dialect::ollama, Action::ollama_version},
    {"POST", "/api/show", Dialect::ollama, Action::ollama_show},
    {"POST", "/api/chat", Dialect::ollama, Action::forward},
    {"POST", "/api/generate", Dialect::ollama, Action::forward},
    {"POST", "/api/embed", Dialect::ollama, Action::forward},
    {"POST", "/api/embeddings", Dialect::ollama, Action::forward},
    {"POST", "/api/pull", Dialect::ollama, Action::manage},
    {"POST", "/api/push", Dialect::ollama, Action::manage},
    {"POST", "/api/create", Dialect::ollama, Action::manage},
    {"POST", "/api/copy", Dialect::ollama, Action::manage},
    {"DELETE", "/api/delete", Dialect::ollama, Action::manage},
    // What Go clients of Ollama ask first, to see whether anyone is there.
    {"HEAD", "/api/tags", Dialect::ollama, Action::ollama_tags},
    {"HEAD", "/api/version", Dialect::ollama, Action::ollama_version},
}};

constexpr std::array<std::string_view, 6> kRequestHeaders{
    "accept", "content-type", "anthropic-version", "anthropic-beta", "openai-beta", "idempotency-key"};
constexpr std::array<std::string_view, 5> kResponseHeaders{
    "content-type", "content-length", "content-encoding", "cache-control", "retry-after"};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// One decoding. Nothing for a broken escape or one that yields a control character.
std::optional<std::string> decode_once(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto value = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      value = static_cast<unsigned char>(high * 16 + low);
      i += 2;
    }
    if (value < 0x20 || value == 0x7F) return std::nullopt;
    out.push_back(static_cast<char>(value));
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

template <std::size_t N>
session::HeaderList allowed(const session::HeaderList& headers,
                            const std::array<std::string_view, N>& names) {
  session::HeaderList kept;
  for (const auto& [name, value] : headers) {
    auto key = lower(name);
    if (http::is_field_value(value) && std::find(names.begin(), names.end(), key) != names.end())
      kept.emplace_back(std::move(key), value);
  }
  return kept;
}

}  // namespace

core::Result<Route> match_route(std::string_view method, std::string_view target) {
  if (!target.starts_with('/')) return core::failure(HostError::route_unknown);
  auto path = decode_once(target.substr(0, target.find_first_of("?#")));
  if (!path) return core::failure(HostError::route_unknown);
  if (path->starts_with(kOneModel) && path->size() > kOneModel.size() && path->size() < kMaxModelId) {
    if (method != "GET") return core::failure(HostError::method_unsupported);
    return Route{Action::openai_models, Dialect::openai, "/v1/models", path->substr(kOneModel.size())};
  }
  bool known_path = false;
  for (const auto& row : kRoutes) {
    if (row.path != *path) continue;
    if (row.method == method) return Route{row.action, row.dialect, *std::move(path), {}};
    known_path = true;
  }
  return core::failure(known_path ? HostError::method_unsupported : HostError::route_unknown);
}

engine::Dialect dialect_of(std::string_view target) {
  const auto path = target.substr(0, target.find_first_of("?#"));
  if (path == "/v1/messages") return Dialect::anthropic;
  return path.starts_with("/api/") ? Dialect::ollama : Dialect::openai;
}

session::HeaderList forwarded_request_headers(const session::HeaderList& headers) {
  return allowed(headers, kRequestHeaders);
}

session::HeaderList forwarded_response_headers(const session::HeaderList& headers) {
  return allowed(headers, kResponseHeaders);
}

core::json::object shown_model(core::json::object answer) {
  for (const auto* name : {"system", "modelfile", "messages"}) answer.erase(name);
  if (auto* details = answer.if_contains("details"); details != nullptr && details->is_object()) {
    details->get_object().erase("parent_model");
  }
  return answer;
}

core::Result<void> check_hops(const std::vector<std::string>& hops, std::string_view own_device_id) {
  const bool passed = std::find(hops.begin(), hops.end(), own_device_id) != hops.end();
  if (passed || hops.size() > kMaxHops) return core::failure(HostError::loop_detected);
  return {};
}

}  // namespace pantheon::host
