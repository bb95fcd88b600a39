#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>

#include "core/error.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

/// What a long-running verb does. `run` starts and returns when it is done or cancelled; `stop` ends what was
/// started, also when `run` failed or was cancelled half-way.
struct Daemon {
  std::function<asio::awaitable<core::Result<void>>(asio::any_io_executor)> run;
  std::function<asio::awaitable<void>()> stop;
  std::function<void()> on_hangup = {};    ///< for SIGHUP; without it SIGHUP stops too
  std::chrono::seconds stop_patience{10};  ///< how long stopping may take
};

/// Runs it on one thread until it ends or SIGINT or SIGTERM arrives; then stops it in order. A second signal
/// (half a second later: launchers repeat the first), or the end of its patience, ends the process at once.
/// A SIGHUP that nothing wants stays ignored where it was so from the start. Returns the error
/// of `run`, if it had one before that.
core::Result<void> run_daemon(Daemon daemon);

}  // namespace pantheon::app
