#include "engine/source.hpp"

#include <algorithm>
#include <set>

#include "core/mark.hpp"
#include "engine/error.hpp"
#include "engine/naming.hpp"

namespace pantheon::engine {
namespace {

constexpr std::size_t kMaxDetails = 64;  // models asked about in one round

std::string details_key(const Model& model) {
  return model.digest.empty() ? model.engine_name : model.digest;
}

}  // namespace

void Source::apply(core::Result<Listing> found, const SourceRules& rules,
                   std::chrono::steady_clock::time_point now) {
  wants_key_ = !found && found.error().is(EngineError::wants_key);
  if (found) {
    answered_at_ = now;
    take(*std::move(found), rules);
    return;
  }
  const bool unrecognised =
      found.error().is(EngineError::is_gateway) || found.error().is(EngineError::unrecognised);
  const bool gone = unrecognised || now - answered_at_ > rules.stale_time;
  if (gone) models_.clear();
  if (gone && !address_.approved) info_.reset();
  if (!info_ && address_.approved) {
    info_ = EngineInfo{.id = {},
                       .kind = EngineKind::openai_compatible,
                       .name = address_.base.authority(),
                       .version = {},
                       .address = address_,
                       .parallel = 1,
                       .up = false,
                       .shared = true};
  }
  if (info_) {
    info_->unrecognised = unrecognised;
    info_->wants_key = wants_key_;
  }
  go_down();
}

void Source::take(Listing listing, const SourceRules& rules) {
  EngineInfo info{.id = {},
                  .kind = listing.kind,
                  .name = std::string(display_name(listing.kind)),
                  .version = std::move(listing.version),
                  .address = address_,
                  .parallel = listing.parallel,
                  .up = true,
                  .shared = address_.approved || listing.kind != EngineKind::openai_compatible};
  if (info.kind == EngineKind::ollama) info.parallel = std::max(1U, rules.ollama_parallel);
  if (info.kind == EngineKind::openai_compatible) info.name = address_.base.authority();
  if (info_ && info_->kind == info.kind) info.id = info_->id;
  info_ = std::move(info);
  models_ = std::move(listing.models);
  for (auto& model : models_) {
    model.name = public_name(model.engine_name);
    model.engine_id = info_->id;
    use_details(model);
  }
}

void Source::approve() {
  address_.approved = true;
  if (!info_) return;
  info_->address.approved = true;
  info_->shared = true;
}

void Source::go_down() {
  if (info_) info_->up = false;
  for (auto& model : models_) model.stale = true;
}

void Source::set_id(std::string id) {
  info_->id = std::move(id);
  for (auto& model : models_) model.engine_id = info_->id;
}

void Source::use_details(Model& model) const {
  const auto it = details_.find(details_key(model));
  if (it == details_.end()) return;
  model.capabilities = it->second.capabilities;
  model.context = it->second.context;
}

bool Source::wants_details() const {
  return !learning_ && info_ && info_->up && info_->kind == EngineKind::ollama && !without_details().empty();
}

std::vector<std::string> Source::without_details() const {
  std::vector<std::string> names;
  for (const auto& model : models_) {
    if (names.size() < kMaxDetails && !details_.contains(details_key(model)))
      names.push_back(model.engine_name);
  }
  return names;
}

void Source::add_details(const std::string& engine_name, OllamaDetails details) {
  if (details_.size() >= kMaxModels) details_.clear();
  for (auto& model : models_) {
    if (model.engine_name != engine_name) continue;
    details_.insert_or_assign(details_key(model), details);
    use_details(model);
  }
}

asio::awaitable<core::Result<Listing>> look_at(EngineClient& client, const Source& source) {
  // A copy: the source may have changed when this goes on.
  const auto address = source.address();  // NOLINT(performance-unnecessary-copy-initialization)
  // What is called so answered to nothing more telling then: a proxy, or an engine that was starting.
  const bool known = source.info() && source.info()->kind != EngineKind::openai_compatible;
  if (known && source.info()->up) {
    auto listing = co_await list_models(client, address, source.info()->kind);
    if (listing || is_final(listing.error())) co_return listing;
  }
  co_return co_await recognise(client, address);
}

asio::awaitable<bool> learn_details(EngineClient& client, Source& source) {
  const core::Mark mark(source.learning_);
  bool changed = false;
  for (const auto& name : source.without_details()) {
    auto details = co_await ollama_details(client, source.address(), name);
    if (!details && !details.error().is(EngineError::bad_answer)) break;
    // A model that Ollama cannot describe is remembered as such, not asked about in every round.
    source.add_details(name, details.value_or(OllamaDetails()));
    changed = true;
  }
  co_return changed;
}

void name_sources(std::vector<Source>& sources) {
  std::set<std::string> taken;
  for (const auto& source : sources) {
    if (source.info() && !source.info()->id.empty()) taken.insert(source.info()->id);
  }
  for (auto& source : sources) {
    if (!source.info() || !source.info()->id.empty()) continue;
    const std::string base(wire_name(source.info()->kind));
    auto id = base;
    for (int number = 2; taken.contains(id); ++number) id = base + "-" + std::to_string(number);
    taken.insert(id);
    source.set_id(id);
  }
}

}  // namespace pantheon::engine
