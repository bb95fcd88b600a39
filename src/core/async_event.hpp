#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace pantheon::core {

namespace asio = boost::asio;

/// Wakes coroutines that wait for something to change. Use from the executor's one thread. There is no
/// memory: check the condition, then wait, in a loop.
class AsyncEvent {
 public:
  explicit AsyncEvent(asio::any_io_executor executor);

  /// Suspends until notify(). Returns false when the waiting coroutine was cancelled.
  asio::awaitable<bool> wait();
  /// As wait(), and also returns (true) at the deadline.
  asio::awaitable<bool> wait_until(std::chrono::steady_clock::time_point deadline);
  /// Resumes everyone who waits.
  void notify();

 private:
  const std::shared_ptr<asio::steady_timer>& timer();
  asio::any_io_executor executor_;
  // Made when somebody waits: most of these never need it. Shared with the alarms of wait_until(), whose
  // handlers may still be queued when this object ends.
  std::shared_ptr<asio::steady_timer> timer_;
};

}  // namespace pantheon::core
