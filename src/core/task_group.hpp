#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <chrono>
#include <memory>

namespace pantheon::core {

namespace asio = boost::asio;

/// One coroutine of a TaskGroup. Copies name the same coroutine; a default one names none.
class Task {
 public:
  Task() = default;
  /// Asks this coroutine alone to stop; nothing happens when it has ended. Not from inside the coroutine
  /// itself.
  void cancel() const;

 private:
  friend class TaskGroup;
  explicit Task(std::weak_ptr<asio::cancellation_signal> signal) : signal_(std::move(signal)) {}
  std::weak_ptr<asio::cancellation_signal> signal_;
};

/// Owns coroutines: what is spawned here is cancelled and awaited here, so nothing outlives its service.
/// Use from the executor's one thread. Destroy only after join() has returned or the executor has stopped.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a coroutine. An exception that leaves it is logged and ends that coroutine alone.
  /// After cancel() nothing starts any more.
  Task spawn(asio::awaitable<void> task);

  /// Asks every coroutine to stop: their pending operations end with operation_aborted.
  void cancel();

  /// Returns when all coroutines have ended. Call cancel() first unless they end by themselves.
  asio::awaitable<void> join();

  std::size_t size() const;
  asio::any_io_executor executor() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Waits, and returns false when the wait was cancelled.
asio::awaitable<bool> sleep_for(std::chrono::steady_clock::duration time);

}  // namespace pantheon::core
