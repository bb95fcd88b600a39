#include "auth/published_keys.hpp"

#include <algorithm>

#include "auth/error.hpp"
#include "core/async_event.hpp"
#include "core/caught.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"

namespace pantheon::auth {
namespace {

using Milliseconds = std::chrono::milliseconds;

core::SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

struct PublishedKeys::State {
  State(asio::any_io_executor executor, std::string issuer, FetchKeys by, KeyTiming times)
      : name(std::move(issuer)),
        fetch(std::move(by)),
        timing(times),
        wake(executor),
        fetched(executor),
        tasks(executor) {}

  bool usable() const { return keys != nullptr && steady_now() < fresh_until + timing.max_stale; }
  bool covers(const std::optional<std::string>& id) const { return usable() && (!id || keys->contains(*id)); }
  core::Result<std::shared_ptr<const KeySet>> answer() const {
    if (usable()) return keys;
    return core::failure(AuthError::sign_in_unavailable, name);
  }
  bool ask(const std::shared_ptr<State>& self);
  core::SteadyTime note(core::Result<FetchedKeys> outcome);
  core::SteadyTime note_failure(const core::Error& error);
  static asio::awaitable<void> keep(std::shared_ptr<State> state);

  std::string name;
  FetchKeys fetch;
  KeyTiming timing;
  std::shared_ptr<const KeySet> keys;
  core::SteadyTime fresh_until;
  core::SteadyTime last_fetch;  ///< its end
  std::size_t fetches = 0;
  unsigned failures = 0;  ///< in a row
  std::size_t waiting = 0;
  bool started = false;
  bool fetching = false;
  bool wanted = false;
  bool stopped = false;
  core::AsyncEvent wake;
  core::AsyncEvent fetched;
  core::TaskGroup tasks;
};

// Whether a fetch is under way now. For an unknown key id one is started only now and then: anybody can make
// key ids up.
bool PublishedKeys::State::ask(const std::shared_ptr<State>& self) {
  if (stopped) return false;
  if (!started) {
    started = true;
    tasks.spawn(keep(self));
    return true;
  }
  if (fetching || wanted) return true;
  const auto wait = usable() ? timing.refetch_wait : timing.first_retry;
  if (steady_now() < last_fetch + wait) return false;
  wanted = true;
  wake.notify();
  return true;
}

// The only place that fetches, so that there is one fetch at a time.
asio::awaitable<void> PublishedKeys::State::keep(std::shared_ptr<State> state) {
  while (!state->stopped) {
    state->fetching = true;
    state->wanted = false;
    auto outcome = co_await core::caught(state->fetch, "auth", "the fetch of signing keys");
    state->fetching = false;
    if (state->stopped) co_return;
    const auto next = state->note(std::move(outcome));
    state->fetched.notify();
    while (!state->wanted && steady_now() < next) {
      const bool alive = co_await state->wake.wait_until(next);
      if (!alive) co_return;
    }
  }
}

// Gives the time of the next fetch.
core::SteadyTime PublishedKeys::State::note(core::Result<FetchedKeys> outcome) {
  last_fetch = steady_now();
  ++fetches;
  if (outcome && outcome->keys.size() == 0) outcome = core::failure(AuthError::invalid_key_set, "no key");
  if (!outcome) return note_failure(outcome.error());
  failures = 0;
  const Milliseconds said = outcome->lifetime ? Milliseconds(*outcome->lifetime) : timing.default_lifetime;
  const auto lifetime = std::clamp(said, timing.min_lifetime, timing.max_lifetime);
  keys = std::make_shared<const KeySet>(std::move(outcome->keys));
  fresh_until = last_fetch + lifetime;
  core::logger("auth")->info("{}: {} signing keys, for {} s", name, keys->size(), lifetime.count() / 1000);
  return last_fetch + lifetime * 9 / 10;
}

core::SteadyTime PublishedKeys::State::note_failure(const core::Error& error) {
  constexpr unsigned kMaxDoublings = 16;
  const auto wait =
      std::min(timing.first_retry * (1U << std::min(failures, kMaxDoublings)), timing.max_retry);
  ++failures;
  core::logger("auth")->warn(
      "{}: the signing keys cannot be fetched: {} ({}). {}", name, error.message(), error.code(),
      usable() ? "Those of before count for now"
               : "Nobody can sign in with such a token until they can; check that this "
                 "server reaches that address");
  return last_fetch + wait;
}

PublishedKeys::PublishedKeys(asio::any_io_executor executor, std::string name, FetchKeys fetch,
                             KeyTiming timing)
    : state_(std::make_shared<State>(std::move(executor), std::move(name), std::move(fetch), timing)) {}
PublishedKeys::~PublishedKeys() = default;

asio::awaitable<core::Result<std::shared_ptr<const KeySet>>> PublishedKeys::get(
    std::optional<std::string> id) {
  struct Waiting {
    explicit Waiting(std::size_t& counter) : count(counter) { ++count; }
    ~Waiting() { --count; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    std::size_t& count;
  };
  const auto state = state_;
  if (state->covers(id)) co_return state->keys;
  const auto before = state->fetches;
  if (state->waiting >= state->timing.max_waiting || !state->ask(state)) co_return state->answer();
  const Waiting one(state->waiting);
  const auto deadline = steady_now() + state->timing.patience;
  bool alive = true;
  while (alive && !state->stopped && state->fetches == before && steady_now() < deadline) {
    alive = co_await state->fetched.wait_until(deadline);
  }
  co_return state->answer();
}

std::shared_ptr<const KeySet> PublishedKeys::current() const {
  return state_->usable() ? state_->keys : nullptr;
}

asio::awaitable<void> PublishedKeys::stop() {
  const auto state = state_;
  state->stopped = true;
  state->tasks.cancel();
  state->fetched.notify();
  co_await state->tasks.join();
}

}  // namespace pantheon::auth
