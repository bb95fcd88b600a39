#include "core/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "core/log.hpp"

namespace pantheon::core {

struct TaskGroup::State {
  explicit State(asio::any_io_executor ex) : executor(ex), emptied(ex) {
    emptied.expires_at(asio::steady_timer::time_point::max());
  }
  asio::any_io_executor executor;
  asio::steady_timer emptied;
  std::list<std::shared_ptr<asio::cancellation_signal>> signals;
  bool cancelled = false;
};

void Task::cancel() const {
  if (const auto signal = signal_.lock()) signal->emit(asio::cancellation_type::all);
}

TaskGroup::TaskGroup(asio::any_io_executor executor) : state_(std::make_shared<State>(std::move(executor))) {}

TaskGroup::~TaskGroup() {
  cancel();
}

Task TaskGroup::spawn(asio::awaitable<void> task) {
  if (state_->cancelled) return {};
  const auto signal =
      state_->signals.insert(state_->signals.end(), std::make_shared<asio::cancellation_signal>());
  Task handle(*signal);
  asio::co_spawn(
      state_->executor, std::move(task),
      asio::bind_cancellation_slot((*signal)->slot(), [state = state_, signal](std::exception_ptr error) {
        if (error) {
          try {
            std::rethrow_exception(error);
          } catch (const boost::system::system_error& e) {
            if (e.code() != asio::error::operation_aborted) logger("core")->error("task ended: {}", e.what());
          } catch (const std::exception& e) {
            logger("core")->error("task ended: {}", e.what());
          }
        }
        // An emission from outside of the executor is queued by Asio with a bare pointer into the signal: one
        // that is on its way when the task ends must still find it.
        asio::post(state->executor, [kept = *signal] {});
        state->signals.erase(signal);
        if (state->signals.empty()) state->emptied.cancel();
      }));
  return handle;
}

void TaskGroup::cancel() {
  state_->cancelled = true;
  // A handler may erase its own signal while it is emitted; step on before emitting.
  for (auto it = state_->signals.begin(); it != state_->signals.end();) {
    const auto signal = *it++;
    signal->emit(asio::cancellation_type::all);
  }
}

asio::awaitable<void> TaskGroup::join() {
  auto state = state_;
  while (!state->signals.empty()) {
    boost::system::error_code ignored;
    co_await state->emptied.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
      co_return;
  }
}

std::size_t TaskGroup::size() const {
  return state_->signals.size();
}
asio::any_io_executor TaskGroup::executor() const {
  return state_->executor;
}

asio::awaitable<bool> sleep_for(std::chrono::steady_clock::duration time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

}  // namespace pantheon::core
