#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <memory>
#include <optional>

#include "core/async_event.hpp"

namespace pantheon::core {

namespace detail {
template <class T>
struct RunOutcome {
  explicit RunOutcome(const asio::any_io_executor& here) : arrived(here) {}
  std::optional<T> value;
  std::exception_ptr error;
  AsyncEvent arrived;  ///< of the thread that waits; so is all else here
};
}  // namespace detail

/// Runs a coroutine on another executor, which may be another thread's, and resumes here with what it
/// returned or threw. When the waiting coroutine is cancelled it gets nothing, and the other one still runs
/// to its end: it must not depend on who waits, only the executor here must live until then. T can be made
/// without arguments.
template <class T>
asio::awaitable<std::optional<T>> run_on(asio::any_io_executor there, asio::awaitable<T> task) {
  const auto here = co_await asio::this_coro::executor;
  const auto outcome = std::make_shared<detail::RunOutcome<T>>(here);
  asio::co_spawn(there, std::move(task), [here, outcome](std::exception_ptr error, T value) {
    asio::post(here, [outcome, error, value = std::move(value)]() mutable {
      outcome->error = error;
      outcome->value.emplace(std::move(value));
      outcome->arrived.notify();
    });
  });
  while (!outcome->value) {
    const bool alive = co_await outcome->arrived.wait();
    if (!alive) co_return std::nullopt;
  }
  if (outcome->error) std::rethrow_exception(outcome->error);
  co_return std::move(outcome->value);
}

}  // namespace pantheon::core
