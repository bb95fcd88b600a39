#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace pantheon::platform {

namespace asio = boost::asio;

/// A program started by us. Its standard output is read line by line; its standard input is a pipe that
/// closes when we end for whatever reason, and on Linux it is killed with us, so that no orphan stays. It
/// gets no other file or socket of ours. Use from the executor's thread.
class ChildProcess {
 public:
  /// `arguments[0]` is the program, looked up in $PATH. Standard error goes where ours goes when
  /// `show_errors`, else it is discarded.
  static core::Result<std::unique_ptr<ChildProcess>> start(asio::any_io_executor executor,
                                                           std::vector<std::string> arguments,
                                                           bool show_errors);
  /// Kills it, and what it has started, if it is still running.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The next line of its output without the line feed; nothing at the end. Lines are cut at 64 KiB.
  asio::awaitable<std::optional<std::string>> read_line();

  /// Its exit code once its output has ended (128 + signal when a signal ended it).
  asio::awaitable<int> wait();

  /// Asks it and what it has started to end (SIGTERM), and kills them when it has not after `patience`.
  asio::awaitable<void> stop(std::chrono::milliseconds patience);

  int pid() const;

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::platform
