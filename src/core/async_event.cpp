#include "core/async_event.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pantheon::core {
namespace {

asio::awaitable<bool> not_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() == asio::cancellation_type::none;
}

asio::awaitable<bool> wait_on(std::shared_ptr<asio::steady_timer> timer) {
  // Without this, the co_await after a cancellation throws instead of telling the caller.
  co_await asio::this_coro::throw_if_cancelled(false);
  boost::system::error_code ignored;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  const bool alive = co_await not_cancelled();
  co_await asio::this_coro::throw_if_cancelled(true);
  co_return alive;
}

}  // namespace

AsyncEvent::AsyncEvent(asio::any_io_executor executor) : executor_(std::move(executor)) {}

const std::shared_ptr<asio::steady_timer>& AsyncEvent::timer() {
  if (!timer_)
    timer_ = std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
  return timer_;
}

asio::awaitable<bool> AsyncEvent::wait() {
  return wait_on(timer());
}

asio::awaitable<bool> AsyncEvent::wait_until(std::chrono::steady_clock::time_point deadline) {
  // A timer of its own for the deadline: setting the shared one would wake the other waiters.
  asio::steady_timer alarm(executor_, deadline);
  alarm.async_wait([timer = timer()](const boost::system::error_code& error) {
    if (!error) timer->cancel();
  });
  const bool alive = co_await wait_on(timer());
  co_return alive;
}

void AsyncEvent::notify() {
  if (timer_) timer_->cancel();
}

}  // namespace pantheon::core
