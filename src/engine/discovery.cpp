#include "engine/discovery.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "engine/error.hpp"

namespace pantheon::engine {
namespace {

using namespace std::chrono_literals;

constexpr core::Bytes kMaxListing = core::operator""_MiB(4);
constexpr auto kConnectTimeout = 2s;
constexpr auto kAnswerTimeout = 4s;
// An engine that says nothing about it is a server built for many clients.
constexpr unsigned kOpenAiParallel = 4;
constexpr std::string_view kOllamaGreeting = "Ollama is running";

/// Of an answer that is none. An engine that still loads its model answers 503, and a proxy before one that
/// is away or has much to do like the others: it is there, but says nothing of what it is.
EngineError meaning_of(unsigned status) {
  if (status == 429 || (status >= 502 && status <= 504)) return EngineError::unavailable;
  if (status == 401 || status == 403) return EngineError::wants_key;
  return EngineError::bad_answer;
}

std::string status_text(unsigned status) {
  return "status " + std::to_string(status);
}

/// Whether an error comes of an answer with that status.
bool has_status(const core::Error& error, unsigned status) {
  return error.detail() == status_text(status);
}

/// Nothing at all answered, or not in time.
bool is_silence(const core::Error& error) {
  return error.is(EngineError::timeout) || error.is(EngineError::failed) ||
         (error.is(EngineError::unavailable) && error.detail().empty());
}

asio::awaitable<core::Result<std::string>> get(EngineClient& client, EngineAddress address, EngineCall call) {
  call.connect_timeout = kConnectTimeout;
  call.response_timeout = kAnswerTimeout;
  auto response = co_await client.fetch(std::move(address), std::move(call), kMaxListing, kAnswerTimeout);
  if (!response) co_return core::failure(response.error());
  if (response->headers.get(kGatewayMark)) co_return core::failure(EngineError::is_gateway);
  const auto status = response->status;
  if (status == 200) co_return std::move(response->body);
  co_return core::failure(meaning_of(status), status_text(status));
}

asio::awaitable<core::Result<std::string>> get(EngineClient& client, EngineAddress address,
                                               std::string path) {
  EngineCall call;
  call.path = std::move(path);
  return get(client, std::move(address), std::move(call));
}

asio::awaitable<core::Result<Listing>> list_ollama(EngineClient& client, EngineAddress address) {
  const auto version_text = co_await get(client, address, "/api/version");
  if (!version_text) co_return core::failure(version_text.error());
  auto version = parse_ollama_version(*version_text);
  if (!version) co_return core::failure(version.error());
  const auto greeting = co_await get(client, address, "/");
  if (!greeting) co_return core::failure(greeting.error());
  if (!greeting->starts_with(kOllamaGreeting)) co_return core::failure(EngineError::bad_answer, "not Ollama");
  const auto tags = co_await get(client, address, "/api/tags");
  if (!tags) co_return core::failure(tags.error());
  auto models = parse_ollama_tags(*tags);
  if (!models) co_return core::failure(models.error());
  const auto ps = co_await get(client, address, "/api/ps");
  if (ps) {
    const auto names = parse_ollama_ps(*ps).value_or(std::vector<std::string>());
    for (auto& model : *models)
      model.loaded = std::find(names.begin(), names.end(), model.engine_name) != names.end();
  }
  co_return Listing{EngineKind::ollama, *std::move(version), 1, *std::move(models)};
}

void add_once(std::vector<std::string>& list, std::string_view entry) {
  if (std::find(list.begin(), list.end(), entry) == list.end()) list.emplace_back(entry);
}

asio::awaitable<core::Result<Listing>> list_llama_server(EngineClient& client, EngineAddress address) {
  const auto props_text = co_await get(client, address, "/props");
  if (!props_text) co_return core::failure(props_text.error());
  auto props = parse_llama_props(*props_text);
  if (!props) co_return core::failure(props.error());
  const auto text = co_await get(client, address, "/v1/models");
  if (!text) co_return core::failure(text.error());
  auto models = parse_openai_models(*text);
  if (!models) co_return core::failure(models.error());
  for (auto& model : *models) {
    model.loaded = models->size() == 1;
    if (props->context != 0) model.context = props->context;
    if (props->vision) add_once(model.capabilities, "vision");
    if (props->audio) add_once(model.capabilities, "audio");
  }
  co_return Listing{EngineKind::llama_server, std::move(props->build), props->total_slots,
                    *std::move(models)};
}

asio::awaitable<core::Result<Listing>> list_lm_studio(EngineClient& client, EngineAddress address) {
  const auto text = co_await get(client, address, "/api/v0/models");
  if (!text) co_return core::failure(text.error());
  auto models = parse_lm_studio_models(*text);
  if (!models) co_return core::failure(models.error());
  co_return Listing{EngineKind::lm_studio, {}, 1, *std::move(models)};
}

core::Result<Listing> openai_listing(std::string_view text) {
  auto models = parse_openai_models(text);
  if (!models) return core::failure(models.error());
  return Listing{EngineKind::openai_compatible, {}, kOpenAiParallel, *std::move(models)};
}

asio::awaitable<core::Result<Listing>> list_openai(EngineClient& client, EngineAddress address) {
  const auto text = co_await get(client, address, "/v1/models");
  if (!text) co_return core::failure(text.error());
  co_return openai_listing(*text);
}

/// What the paths said that only some engines have, where it was no listing.
class Refusals {
 public:
  void add(EngineKind kind, const core::Error& error) {
    const bool wants_key = error.is(EngineError::wants_key);
    if (wants_key || (!error.is(EngineError::bad_answer) && !most_telling_)) most_telling_ = error;
    if (kind == EngineKind::llama_server) props_ = error;
  }
  core::Error most_telling() const { return most_telling_.value_or(EngineError::unrecognised); }
  /// llama-server lists its models to whoever asks, also without its key and while it loads: what it says
  /// elsewhere holds.
  bool speak_against_llama_cpp() const {
    return props_ && (has_status(*props_, 401) || has_status(*props_, 503));
  }
  const core::Error& props() const { return *props_; }

 private:
  std::optional<core::Error> most_telling_;
  std::optional<core::Error> props_;
};

/// Last of all, what every engine has.
asio::awaitable<core::Result<Listing>> recognise_openai(EngineClient& client, EngineAddress address,
                                                        Refusals refusals) {
  const auto text = co_await get(client, address, "/v1/models");
  if (!text && !text.error().is(EngineError::bad_answer)) co_return core::failure(text.error());
  if (!text) co_return core::failure(refusals.most_telling());
  auto listing = openai_listing(*text);
  if (!listing) co_return core::failure(refusals.most_telling());
  if (refusals.speak_against_llama_cpp() && is_list_of_llama_cpp(*text))
    co_return core::failure(refusals.props());
  co_return listing;
}

}  // namespace

bool is_final(const core::Error& error) {
  return !error.is(EngineError::bad_answer) && !error.is(EngineError::wants_key);
}

asio::awaitable<core::Result<Listing>> list_models(EngineClient& client, EngineAddress address,
                                                   EngineKind kind) {
  switch (kind) {
    case EngineKind::ollama:
      return list_ollama(client, std::move(address));
    case EngineKind::lm_studio:
      return list_lm_studio(client, std::move(address));
    case EngineKind::llama_server:
      return list_llama_server(client, std::move(address));
    case EngineKind::openai_compatible:
      break;
  }
  return list_openai(client, std::move(address));
}

asio::awaitable<core::Result<Listing>> recognise(EngineClient& client, EngineAddress address) {
  Refusals refusals;
  for (const auto kind : {EngineKind::ollama, EngineKind::llama_server, EngineKind::lm_studio}) {
    auto listing = co_await list_models(client, address, kind);
    if (listing) co_return listing;
    const auto& error = listing.error();
    // What was named is an engine for its list of models alone: a proxy may lead elsewhere with other paths.
    const bool passes = is_silence(error) || error.is(EngineError::unavailable);
    if (is_final(error) && !(passes && address.approved)) co_return listing;
    refusals.add(kind, error);
    if (is_silence(error)) break;  // each path more would take as long
  }
  co_return co_await recognise_openai(client, std::move(address), std::move(refusals));
}

asio::awaitable<core::Result<OllamaDetails>> ollama_details(EngineClient& client, EngineAddress address,
                                                            std::string model) {
  EngineCall call;
  call.method = "POST";
  call.path = "/api/show";
  call.headers.set("Content-Type", "application/json");
  call.body = core::serialize_json(core::json::object{{"model", model}});
  const auto text = co_await get(client, std::move(address), std::move(call));
  if (!text) co_return core::failure(text.error());
  co_return parse_ollama_show(*text);
}

}  // namespace pantheon::engine
