#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "core/error.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

/// What a long-running verb does. `run` starts and returns when it is done or cancelled; `stop` ends what was
/// started, also when `run` failed or was cancelled half-way.
struct Daemon {
  std::function<asio::awaitable<core::Result<void>>(asio::any_io_executor)> run;
  std::function<asio::awaitable<void>()> stop;
};

/// Runs it on one thread until it ends or SIGINT, SIGTERM or SIGHUP arrives; then stops it in order. A second
/// signal, or 10 s of stopping, ends the process at once. Returns the error of `run`, if it had one.
core::Result<void> run_daemon(Daemon daemon);

}  // namespace pantheon::app
