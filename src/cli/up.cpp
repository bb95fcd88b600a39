#include "app/up.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "app/daemon.hpp"
#include "cli/up_options.hpp"
#include "cli/up_screen.hpp"
#include "cli/verbs.hpp"
#include "core/async_event.hpp"
#include "platform/terminal.hpp"

namespace pantheon::cli {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> renew_on_enter(app::Up& up) {
  const int keyboard = platform::open_keyboard();
  if (keyboard < 0) co_return;
  asio::posix::stream_descriptor input(co_await asio::this_coro::executor, keyboard);
  std::string typed;
  for (;;) {
    boost::system::error_code error;
    const auto size = co_await asio::async_read_until(input, asio::dynamic_buffer(typed, 4096), '\n',
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    typed.erase(0, size);
    const auto renewed = co_await up.renew_link();
    if (!renewed) report(renewed.error());
  }
}

using UpSlot = std::shared_ptr<std::unique_ptr<app::Up>>;

asio::awaitable<core::Result<void>> run_up(UpSlot slot, app::UpOptions options, bool host_only,
                                           asio::any_io_executor executor) {
  *slot = std::make_unique<app::Up>(executor, std::move(options), screen_events(host_only));
  auto started = co_await (*slot)->start();
  if (!started) co_return core::failure(started.error());
  if (platform::stdin_is_terminal()) co_await renew_on_enter(**slot);
  core::AsyncEvent forever(executor);
  (void)co_await forever.wait();
  co_return core::Result<void>{};
}

asio::awaitable<void> stop_up(UpSlot slot) {
  if (*slot) co_await (*slot)->stop();
  slot->reset();
}

int run(const UpArguments& arguments) {
  if (!apply(arguments.common)) return 64;
  const auto options = up_options(arguments);
  if (!options) return report(options.error());
  const auto slot = std::make_shared<std::unique_ptr<app::Up>>();
  const auto result = app::run_daemon(
      {[slot, options = *options, host_only = arguments.host_only](asio::any_io_executor executor) {
         return run_up(slot, options, host_only, executor);
       },
       [slot] { return stop_up(slot); }});
  return result ? 0 : report(result.error());
}

Verb add(CLI::App& program, const char* name, const char* about, bool host_only) {
  auto* verb = program.add_subcommand(name, about);
  auto arguments = add_up_options(*verb, host_only);
  return [arguments] { return run(*arguments); };
}

}  // namespace

Verb add_up(CLI::App& program) {
  return add(program, "up",
             "Everything on this machine: signaling, web app, host. Prints a link that pairs a device",
             false);
}

Verb add_host(CLI::App& program) {
  return add(program, "host", "Share this machine's models with the account at a signaling server", true);
}

}  // namespace pantheon::cli
