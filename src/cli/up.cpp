#include "app/up.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "app/daemon.hpp"
#include "cli/enter_key.hpp"
#include "cli/up_options.hpp"
#include "cli/up_screen.hpp"
#include "cli/verbs.hpp"
#include "core/async_event.hpp"
#include "core/log.hpp"
#include "platform/terminal.hpp"

namespace pantheon::cli {
namespace {

asio::awaitable<void> renew_link(app::Up& up) {
  const auto renewed = co_await up.renew_link();
  if (!renewed) report(renewed.error());
}

asio::awaitable<void> renew_on_enter(app::Up& up) {
  const int keyboard = platform::open_keyboard();
  std::function<asio::awaitable<void>()> renew = [&up] { return renew_link(up); };
  if (keyboard >= 0) co_await on_enter(keyboard, std::move(renew));
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
  for (const auto& warning : up_warnings(arguments)) core::logger("options")->warn("{}", warning);
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
