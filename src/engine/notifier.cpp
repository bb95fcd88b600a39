#include "engine/notifier.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

namespace pantheon::engine {

struct Notifier::State {
  std::list<asio::steady_timer*> waiting;
};

namespace {

/// Keeps a timer in the list as long as its coroutine lives.
struct Registration {
  Registration(std::list<asio::steady_timer*>& waiting, asio::steady_timer* timer)
      : list(waiting), place(list.insert(list.end(), timer)) {}
  ~Registration() { list.erase(place); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  std::list<asio::steady_timer*>& list;
  std::list<asio::steady_timer*>::iterator place;
};

}  // namespace

Notifier::Notifier() : state_(std::make_shared<State>()) {}

asio::awaitable<bool> Notifier::wait_until(std::shared_ptr<State> state,
                                           std::chrono::steady_clock::time_point time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  const Registration registration(state->waiting, &timer);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  co_return cancellation.cancelled() == asio::cancellation_type::none;
}

asio::awaitable<bool> Notifier::wait() {
  return wait_until(state_, asio::steady_timer::time_point::max());
}

asio::awaitable<bool> Notifier::wait_for(std::chrono::steady_clock::duration time) {
  return wait_until(state_, std::chrono::steady_clock::now() + time);
}

void Notifier::notify_all() {
  for (auto* timer : state_->waiting) timer->cancel();
}

}  // namespace pantheon::engine
