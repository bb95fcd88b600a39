#include "app/daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "core/async_event.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"

namespace pantheon::app {
namespace {

constexpr int kExitAfterSecondSignal = 130;
// A terminal or process manager signals a whole group, and launchers in it hand the signal on: that is one
// signal.
constexpr std::chrono::milliseconds kSameSignal{500};

struct Running {
  explicit Running(asio::any_io_executor executor) : tasks(executor), ended(executor) {}
  core::TaskGroup tasks;
  core::AsyncEvent ended;
  bool over = false;
  std::optional<std::chrono::steady_clock::time_point> told;  ///< by the first signal
  core::Result<void> result;
};

asio::awaitable<void> run_and_note(Daemon& daemon, Running& running, asio::any_io_executor executor) {
  try {
    auto result = co_await daemon.run(executor);
    if (running.over) co_return;  // it was told to stop: what that interrupted is no error
    running.result = std::move(result);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;  // we are stopping
    running.result = core::failure(core::CommonError::internal, error.what());
  } catch (const std::exception& error) {
    running.result = core::failure(core::CommonError::internal, error.what());
  }
  running.over = true;
  running.ended.notify();
}

asio::awaitable<void> supervise(Daemon& daemon, Running& running, asio::signal_set& signals,
                                asio::any_io_executor executor) {
  running.tasks.spawn(run_and_note(daemon, running, executor));
  while (!running.over) (void)co_await running.ended.wait();
  asio::steady_timer deadline(executor, daemon.stop_patience);
  deadline.async_wait([](const boost::system::error_code& error) {
    if (error) return;
    core::logger("app")->error("stopping took too long; ending now");
    std::_Exit(EXIT_FAILURE);
  });
  running.tasks.cancel();
  co_await running.tasks.join();
  co_await daemon.stop();
  deadline.cancel();
  signals.cancel();
}

/// From the start on, which is how nohup has a program outlive its terminal.
bool is_ignored(int signal) {
  struct sigaction inherited {};
  return ::sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
}

}  // namespace

core::Result<void> run_daemon(Daemon daemon) {
  asio::io_context io(1);
  Running running(io.get_executor());
  // What a script's shell starts in the background ignores SIGINT, but whoever sends it one means it.
  asio::signal_set signals(io, SIGINT, SIGTERM);
  if (daemon.on_hangup || !is_ignored(SIGHUP)) signals.add(SIGHUP);
  std::signal(SIGPIPE, SIG_IGN);
  // Sent to a background job that reads its terminal, it would stop all of it; ignored, the read fails.
  std::signal(SIGTTIN, SIG_IGN);
  std::function<void(const boost::system::error_code&, int)> on_signal =
      [&](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGHUP && daemon.on_hangup) {
          if (!running.over) daemon.on_hangup();
          signals.async_wait(on_signal);
          return;
        }
        const auto now = std::chrono::steady_clock::now();
        if (running.told && now - *running.told > kSameSignal) std::_Exit(kExitAfterSecondSignal);
        if (!running.told) running.told = now;
        running.over = true;
        running.ended.notify();
        signals.async_wait(on_signal);
      };
  signals.async_wait(on_signal);
  asio::co_spawn(io, supervise(daemon, running, signals, io.get_executor()), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  io.run();
  return running.result;
}

}  // namespace pantheon::app
