#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace pantheon::engine::testing {

/// Runs a coroutine on a context that other tasks of the test use too, until it has returned.
/// Throws what it threw, or when it took longer than 20 s.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr thrown;
  bool done = false;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
    thrown = error;
    if (!error) result.emplace(std::move(value));
    done = true;
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  io.restart();
  while (!done && std::chrono::steady_clock::now() < deadline) io.run_one_until(deadline);
  if (thrown) std::rethrow_exception(thrown);
  if (!result) throw std::runtime_error("a coroutine of the test did not end");
  return std::move(*result);
}

inline void run(boost::asio::io_context& io, boost::asio::awaitable<void> task) {
  struct Wrap {
    static boost::asio::awaitable<bool> call(boost::asio::awaitable<void> inner) {
      co_await std::move(inner);
      co_return true;
    }
  };
  run<bool>(io, Wrap::call(std::move(task)));
}

/// Runs the context until something holds. False when it does not within 10 s.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  io.restart();
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    io.run_one_for(std::chrono::milliseconds(20));
    io.restart();
  }
  return condition();
}

}  // namespace pantheon::engine::testing
