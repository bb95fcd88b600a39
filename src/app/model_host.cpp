#include "app/model_host.hpp"

#include <algorithm>
#include <cstdlib>
#include <variant>

#include "engine/address.hpp"
#include "identity/device_key.hpp"
#include "platform/network.hpp"

namespace pantheon::app {
namespace {

std::string ollama_host() {
  const char* value = std::getenv("OLLAMA_HOST");
  return value == nullptr ? "" : value;
}

/// Not where an engine serves, or is there and would serve if it were given its key.
bool needs_trial(const engine::Snapshot& snapshot) {
  return std::none_of(snapshot.engines.begin(), snapshot.engines.end(), [](const engine::EngineInfo& engine) {
    return engine.shared && (engine.up || engine.wants_key);
  });
}

UpEvents::Request request_of(const host::RequestFinished& finished) {
  UpEvents::Request request;
  request.device = finished.device_name;
  request.model = finished.model;
  request.tokens = finished.tokens.answer;
  request.tokens_estimated = finished.tokens.estimated;
  request.duration = finished.duration;
  request.finished = true;
  request.error_code = finished.error_code;
  return request;
}

core::Result<host::SharingRules> sharing_rules(const UpOptions& options) {
  host::SharingRules rules;
  if (!options.shared_models.empty()) {
    rules.shared_models = options.shared_models;
    rules.shared_models->insert(options.cloud_models.begin(), options.cloud_models.end());
  }
  for (const auto& device : options.managers) {
    if (auto valid = identity::check_device_id(device); !valid) return core::failure(valid.error());
    rules.devices[device].management = true;
  }
  return rules;
}

}  // namespace

ModelHost::ModelHost(asio::any_io_executor executor, const UpOptions& options, const UpEvents& events,
                     std::string device_id)
    : executor_(executor),
      options_(options),
      events_(events),
      identity_{std::move(device_id), options.name, platform::platform_name()},
      client_(executor),
      trial_(executor) {}

ModelHost::~ModelHost() = default;

asio::awaitable<core::Result<void>> ModelHost::find_engines(std::string own) {
  const engine::CandidateOptions where{ollama_host(), options_.engines, options_.search_engines,
                                       options_.engine_key, std::move(own)};
  auto candidates = engine::candidate_addresses(where);
  if (!candidates) co_return core::failure(candidates.error());
  engine::CatalogueOptions settings;
  settings.candidates = std::move(*candidates);
  settings.ollama_parallel = options_.parallel;
  settings.shared_remote_models = options_.cloud_models;
  catalogue_ = std::make_unique<engine::Catalogue>(executor_, client_, std::move(settings));
  (void)co_await catalogue_->refresh();
  co_return core::Result<void>{};
}

asio::awaitable<core::Result<void>> ModelHost::set_up_trial() {
  bool wanted = options_.trial == Trial::if_no_engine;
  const bool may_ask = options_.trial == Trial::ask && TrialEngine::is_available();
  if (may_ask && events_.on_offer_trial) wanted = co_await events_.on_offer_trial();
  if (!wanted) co_return core::Result<void>{};
  std::function<void(const TrialEngine::Progress&)> on_progress =
      [this](const TrialEngine::Progress& progress) {
        if (events_.on_trial_progress) events_.on_trial_progress(progress);
      };
  auto url = co_await trial_.start(std::move(on_progress));
  if (!url) co_return core::failure(url.error());
  co_return co_await find_engines(*std::move(url));
}

asio::awaitable<core::Result<void>> ModelHost::start() {
  auto sharing = sharing_rules(options_);
  if (!sharing) co_return core::failure(sharing.error());
  std::string none;
  auto found = co_await find_engines(std::move(none));
  if (found && needs_trial(*catalogue_->current())) found = co_await set_up_trial();
  if (!found) co_return core::failure(found.error());
  host::HostOptions settings;
  settings.identity = identity_;
  settings.sharing = *sharing;
  settings.engine_silence = options_.engine_silence;
  sharing_ = std::move(*sharing);
  host_ = std::make_unique<host::Host>(executor_, client_, *catalogue_, std::move(settings));
  host_->on_event([this](const host::HostEvent& event) { show_event(event); });
  catalogue_->start();
  show_engines();
  note_missing();
  note_locked();
  co_return core::Result<void>{};
}

void ModelHost::show_engines() {
  if (!events_.on_engines) return;
  const auto snapshot = catalogue_->current();
  std::vector<UpEvents::Engine> engines;
  for (const auto& info : snapshot->engines) {
    UpEvents::Engine engine{info.name,      info.address.text(),  {}, info.up, info.shared, info.unrecognised,
                            info.wants_key, info.address.approved};
    for (const auto& model : snapshot->models) {
      if (model.engine_id == info.id && host::is_shared(sharing_, model)) engine.models.push_back(model.id);
    }
    engines.push_back(std::move(engine));
  }
  events_.on_engines(engines);
}

// A name with a mistake in it would share nothing, and say nothing.
void ModelHost::note_missing() {
  if (!events_.on_note) return;
  const auto snapshot = catalogue_->current();
  auto wanted = options_.shared_models;
  wanted.insert(options_.cloud_models.begin(), options_.cloud_models.end());
  for (const auto& name : wanted) {
    host::SharingRules only;
    only.shared_models = {name};
    const bool found = std::ranges::any_of(
        snapshot->models, [&](const engine::Model& model) { return host::is_shared(only, model); });
    if (!found) events_.on_note("no model that is called " + name + " was found here yet");
  }
  for (const auto& device : options_.managers) {
    if (!identity::is_key_made(device))
      events_.on_note("--manager " + device +
                      " is no id as the settings of a page show it (d_ and 22 characters)");
  }
}

// An engine nobody named, which wants a key, would look like none.
void ModelHost::note_locked() {
  if (!events_.on_note) return;
  for (const auto& url : catalogue_->current()->locked) {
    events_.on_note("what answers at " + url +
                    " asks for an API key; if it is a model engine, name it with --engine " + url +
                    " and give the key in PANTHEON_ENGINE_KEY");
  }
}

void ModelHost::show_event(const host::HostEvent& event) {
  if (const auto* finished = std::get_if<host::RequestFinished>(&event)) {
    if (events_.on_request) events_.on_request(request_of(*finished));
    return;
  }
  if (!std::holds_alternative<host::RequestStarted>(event)) show_engines();
}

asio::awaitable<void> ModelHost::stop() {
  if (catalogue_) co_await catalogue_->stop();
  co_await trial_.stop();
}

}  // namespace pantheon::app
