#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

namespace pantheon::engine {

namespace asio = boost::asio;

/// Lets coroutines wait until something has changed. Check the condition, then wait, in a loop: a wake-up
/// says nothing but "look again". Use from the executor's one thread; waiting coroutines may outlive it.
class Notifier {
 public:
  Notifier();
  /// False when the waiting coroutine was cancelled.
  asio::awaitable<bool> wait();
  /// As wait(), for at most this long.
  asio::awaitable<bool> wait_for(std::chrono::steady_clock::duration time);
  void notify_all();

 private:
  struct State;
  static asio::awaitable<bool> wait_until(std::shared_ptr<State> state,
                                          std::chrono::steady_clock::time_point time);
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::engine
