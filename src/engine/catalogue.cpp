#include "engine/catalogue.hpp"

#include <algorithm>

#include "core/async_event.hpp"
#include "engine/naming.hpp"
#include "engine/source.hpp"

namespace pantheon::engine {

const Model* Snapshot::find_model(std::string_view name) const {
  const auto find = [this](auto matches) {
    const auto it = std::find_if(models.begin(), models.end(), matches);
    return it == models.end() ? nullptr : &*it;
  };
  if (const auto* model = find([&](const Model& m) { return m.id == name; })) return model;
  const auto at = name.rfind('@');
  if (at != std::string_view::npos) {
    const auto* model = find([&](const Model& m) {
      return m.engine_id == name.substr(at + 1) && public_name(m.engine_name) == name.substr(0, at);
    });
    if (model != nullptr) return model;
  }
  const auto tagged = std::string(name) + ":latest";
  return find([&](const Model& m) { return m.id == tagged; });
}

const EngineInfo* Snapshot::find_engine(std::string_view id) const {
  const auto it =
      std::find_if(engines.begin(), engines.end(), [&](const EngineInfo& e) { return e.id == id; });
  return it == engines.end() ? nullptr : &*it;
}

struct Catalogue::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, EngineClient& engine_client, CatalogueOptions given)
      : client(engine_client),
        options(std::move(given)),
        tasks(executor),
        refreshed(executor),
        wake(executor) {
    for (const auto& address : options.candidates) sources.emplace_back(address);
  }

  SourceRules rules() const { return {options.stale_time, options.ollama_parallel}; }
  void publish();
  void begin_refresh();
  bool wants_search() const;
  std::chrono::steady_clock::time_point next_look() const;
  void doubt();

  static asio::awaitable<void> run_refresh(std::shared_ptr<State> state);
  static asio::awaitable<void> refresh_source(std::shared_ptr<State> state, std::size_t index);
  static asio::awaitable<void> fill_details(std::shared_ptr<State> state, std::size_t index);
  static asio::awaitable<SnapshotPtr> refresh(std::shared_ptr<State> state);
  static asio::awaitable<SnapshotPtr> get(std::shared_ptr<State> state, std::chrono::milliseconds oldest);
  static asio::awaitable<void> keep_fresh(std::shared_ptr<State> state);

  EngineClient& client;
  CatalogueOptions options;
  core::TaskGroup tasks;
  std::vector<Source> sources;
  SnapshotPtr snapshot = std::make_shared<Snapshot>();
  std::vector<ChangeHandler> handlers;
  core::AsyncEvent refreshed;
  core::AsyncEvent wake;
  bool refreshing = false;
  bool doubted = false;  ///< something spoke against what is known, after the last asking began
  bool stopped = false;
  std::size_t pending = 0;
  std::uint64_t refreshes = 0;
  std::chrono::steady_clock::time_point refreshed_at{};
};

void Catalogue::State::publish() {
  auto next = std::make_shared<Snapshot>();
  for (const auto& source : sources) {
    if (!source.info() && source.wants_key()) next->locked.push_back(source.address().text());
    // One found just now has no id until all have answered.
    if (!source.info() || source.info()->id.empty()) continue;
    next->engines.push_back(*source.info());
    if (!source.info()->shared) continue;
    for (const auto& model : source.models()) {
      if (!model.remote || options.shared_remote_models.contains(model.engine_name))
        next->models.push_back(model);
    }
  }
  assign_ids(next->models);
  if (*next == *snapshot) return;
  snapshot = std::move(next);
  // A handler may add a handler; the list it is called from must not move.
  const auto called = handlers;
  for (const auto& handler : called) handler(snapshot);
}

void Catalogue::State::begin_refresh() {
  if (refreshing || stopped) return;
  refreshing = true;
  doubted = false;
  tasks.spawn(run_refresh(shared_from_this()));
}

bool Catalogue::State::wants_search() const {
  const bool any_up =
      std::any_of(sources.begin(), sources.end(), [](const Source& s) { return s.info() && s.info()->up; });
  const bool any_down =
      std::any_of(sources.begin(), sources.end(), [](const Source& s) { return s.info() && !s.info()->up; });
  return any_down || !any_up;
}

std::chrono::steady_clock::time_point Catalogue::State::next_look() const {
  if (doubted) return refreshed_at + options.recent_time;
  return refreshed_at +
         (wants_search() ? std::min(options.search_interval, options.cache_time) : options.cache_time);
}

void Catalogue::State::doubt() {
  doubted = true;
  wake.notify();
}

asio::awaitable<void> Catalogue::State::refresh_source(std::shared_ptr<State> state, std::size_t index) {
  struct Done {
    State& state;
    ~Done() {
      if (--state.pending == 0) state.refreshed.notify();
    }
  } const done{*state};
  auto& source = state->sources[index];
  auto found = co_await look_at(state->client, source);
  source.apply(std::move(found), state->rules(), std::chrono::steady_clock::now());
}

asio::awaitable<void> Catalogue::State::fill_details(std::shared_ptr<State> state, std::size_t index) {
  const bool changed = co_await learn_details(state->client, state->sources[index]);
  if (changed) state->publish();
}

asio::awaitable<void> Catalogue::State::run_refresh(std::shared_ptr<State> state) {
  state->pending = state->sources.size();
  for (std::size_t i = 0; i < state->sources.size(); ++i) state->tasks.spawn(refresh_source(state, i));
  while (state->pending > 0) {
    const bool go_on = co_await state->refreshed.wait();
    if (!go_on) co_return;
  }
  name_sources(state->sources);
  state->refreshing = false;
  state->refreshed_at = std::chrono::steady_clock::now();
  ++state->refreshes;
  state->publish();
  state->refreshed.notify();
  state->wake.notify();
  for (std::size_t i = 0; i < state->sources.size(); ++i) {
    if (state->sources[i].wants_details()) state->tasks.spawn(fill_details(state, i));
  }
}

asio::awaitable<SnapshotPtr> Catalogue::State::refresh(std::shared_ptr<State> state) {
  // Before it begins: without any candidate the asking is over at once.
  const auto before = state->refreshes;
  state->begin_refresh();
  while (state->refreshes == before && !state->stopped) {
    const bool go_on = co_await state->refreshed.wait();
    if (!go_on) break;
  }
  co_return state->snapshot;
}

asio::awaitable<void> Catalogue::State::keep_fresh(std::shared_ptr<State> state) {
  for (;;) {
    co_await refresh(state);
    if (state->stopped) co_return;
    while (std::chrono::steady_clock::now() < state->next_look()) {
      const bool go_on = co_await state->wake.wait_until(state->next_look());
      if (!go_on || state->stopped) co_return;
    }
  }
}

Catalogue::Catalogue(asio::any_io_executor executor, EngineClient& client, CatalogueOptions options)
    : state_(std::make_shared<State>(std::move(executor), client, std::move(options))) {}

Catalogue::~Catalogue() {
  state_->stopped = true;
  state_->handlers.clear();
  state_->tasks.cancel();
}

asio::awaitable<SnapshotPtr> Catalogue::State::get(std::shared_ptr<State> state,
                                                   std::chrono::milliseconds oldest) {
  const auto age = std::chrono::steady_clock::now() - state->refreshed_at;
  if (state->refreshes > 0 && age < oldest) co_return state->snapshot;
  co_return co_await refresh(state);
}

asio::awaitable<SnapshotPtr> Catalogue::get() {
  return State::get(state_, state_->options.cache_time);
}

asio::awaitable<SnapshotPtr> Catalogue::get_recent() {
  return State::get(state_, state_->options.recent_time);
}

asio::awaitable<SnapshotPtr> Catalogue::refresh() {
  return State::refresh(state_);
}

asio::awaitable<SnapshotPtr> Catalogue::ask_anew() {
  const auto state = state_;
  if (state->refreshing) (void)co_await State::refresh(state);
  co_return co_await State::refresh(state);
}

SnapshotPtr Catalogue::current() const {
  return state_->snapshot;
}

void Catalogue::on_change(ChangeHandler handler) {
  state_->handlers.push_back(std::move(handler));
}

bool Catalogue::approve(std::string_view engine_id) {
  for (auto& source : state_->sources) {
    if (!source.info() || source.info()->id != engine_id) continue;
    source.approve();
    state_->publish();
    return true;
  }
  return false;
}

void Catalogue::report_down(std::string_view engine_id) {
  for (auto& source : state_->sources) {
    if (!source.info() || source.info()->id != engine_id || !source.info()->up) continue;
    source.go_down();
    state_->publish();
    state_->doubt();
  }
}

void Catalogue::report_broken_answer() {
  state_->doubt();
}

void Catalogue::start() {
  state_->tasks.spawn(State::keep_fresh(state_));
}

asio::awaitable<void> Catalogue::stop() {
  const auto state = state_;
  state->stopped = true;
  state->refreshed.notify();
  state->tasks.cancel();
  co_await state->tasks.join();
}

}  // namespace pantheon::engine
