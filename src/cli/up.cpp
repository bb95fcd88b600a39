#include "app/up.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <memory>

#include "app/daemon.hpp"
#include "cli/options.hpp"
#include "cli/up_screen.hpp"
#include "cli/verbs.hpp"
#include "core/async_event.hpp"
#include "platform/network.hpp"
#include "platform/paths.hpp"
#include "platform/terminal.hpp"

namespace pantheon::cli {
namespace {

namespace asio = boost::asio;

struct UpArguments {
  CommonOptions common;
  IceOptions ice;
  app::UpOptions up;
  std::string data = platform::data_folder().string();
  bool try_model = false;
  bool no_search = false;
  bool host_only = false;
};

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

int run(UpArguments arguments) {
  if (!apply(arguments.common)) return 64;
  auto& options = arguments.up;
  const bool at_home = options.server.empty();
  if (arguments.host_only && at_home) {
    return report(core::Error(core::CommonError::invalid_argument,
                              "pantheon host needs --server URL; at home use pantheon up"));
  }
  auto ice = ice_servers(arguments.ice, at_home);
  if (!ice) return report(ice.error());
  options.ice_servers = std::move(*ice);
  options.data_folder = arguments.data;
  options.search_engines = !arguments.no_search;
  if (arguments.try_model) options.trial = app::Trial::if_no_engine;
  if (options.name.empty()) options.name = platform::host_name();
  const auto slot = std::make_shared<std::unique_ptr<app::Up>>();
  const auto result =
      app::run_daemon({[slot, options, host_only = arguments.host_only](asio::any_io_executor executor) {
                         return run_up(slot, options, host_only, executor);
                       },
                       [slot] { return stop_up(slot); }});
  return result ? 0 : report(result.error());
}

void add_engine_options(CLI::App& verb, UpArguments& arguments) {
  verb.add_option("--engine", arguments.up.engines,
                  "Base URL of an engine to share, e.g. http://127.0.0.1:8000 (may be given more than once)");
  verb.add_flag("--no-search", arguments.no_search,
                "Share only engines named by --engine, look for no others");
  verb.add_flag("!--no-legacy-relay", arguments.up.serve_relayed,
                "Refuse clients of the oldest generation, whose requests the signaling server could read");
  verb.add_option("--parallel", arguments.up.parallel, "Answers that Ollama writes at the same time")
      ->check(CLI::Range(1U, 64U))
      ->capture_default_str();
  verb.add_flag("--try", arguments.try_model,
                "If no engine answers, set up a small model (272 MB to download) without asking");
}

void add_account_options(CLI::App& verb, UpArguments& arguments) {
  verb.add_option("--server", arguments.up.server,
                  "Signaling server elsewhere, e.g. https://signal.example.org");
  verb.add_option("--pair", arguments.up.pair_link,
                  "With --server: a pairing link, shown by a device of the account");
  auto* token =
      verb.add_option("--token", arguments.up.token, "With --server: a token of the account's provider")
          ->envname("PANTHEON_TOKEN");
  verb.add_option("--token-file", arguments.up.token_file,
                  "With --server: a file with such a token, which is read again before the token ends")
      ->envname("PANTHEON_TOKEN_FILE")
      ->excludes(token);
  verb.add_option("--auth-key", arguments.up.auth_key,
                  "With --server: the key shared by all devices of the account")
      ->envname("AUTH_KEY");
}

Verb add(CLI::App& program, const char* name, const char* about, bool host_only) {
  auto arguments = std::make_shared<UpArguments>();
  arguments->host_only = host_only;
  auto* verb = program.add_subcommand(name, about);
  add_common_options(*verb, arguments->common, "warn");
  verb->add_option("--name", arguments->up.name,
                   "Name of this device, for your other devices (default: host name)");
  verb->add_option("--data", arguments->data, "Folder of keys and database")
      ->envname("PANTHEON_HOME")
      ->check([](const std::string& folder) { return folder.empty() ? "is empty and names no folder" : ""; })
      ->capture_default_str();
  add_engine_options(*verb, *arguments);
  add_account_options(*verb, *arguments);
  if (!host_only) {
    verb->add_option("--port", arguments->up.port, "Port of web app and signaling")
        ->envname("PORT")
        ->capture_default_str();
    verb->add_option("--bind", arguments->up.bind_address,
                     "Address to listen on; 127.0.0.1 for this machine only")
        ->capture_default_str();
    verb->add_flag("--dev", arguments->up.dev,
                   "Accept tokens dev:<account> from anyone: for development only");
  }
  verb->add_option("--rtc-bind", arguments->up.rtc_bind_address, "Address that peer connections use");
  add_ice_options(*verb, arguments->ice);
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
