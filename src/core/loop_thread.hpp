#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace pantheon::core {

namespace asio = boost::asio;

/// An event loop with a thread of its own. Use from the thread that made it; the executor from any.
class LoopThread {
 public:
  LoopThread() : work_(context_.get_executor()) {}
  ~LoopThread() { finish(); }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  /// What is posted before start() waits for it.
  asio::any_io_executor executor() { return context_.get_executor(); }
  void start() {
    thread_ = std::thread([this] { context_.run(); });
  }
  /// Returns when nothing is left to do there: whatever runs there must have been stopped. Also before
  /// start().
  void finish() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace pantheon::core
