#include <chrono>
#include <iostream>
#include <memory>

#include "app/daemon.hpp"
#include "app/health_check.hpp"
#include "app/signaling_server.hpp"
#include "cli/option_reference.hpp"
#include "cli/option_sources.hpp"
#include "cli/options.hpp"
#include "cli/signal_options.hpp"
#include "cli/verbs.hpp"
#include "core/async_event.hpp"
#include "core/log.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {
namespace {

constexpr const char* kEnvironmentFile = ".env";

/// The line that says where the server is reached; who starts it waits for this line.
void say_where(const app::SignalingServer& server) {
  std::cout << "Signaling on " << server.origin() << (server.is_everywhere() ? "  (every interface; " : "  (")
            << "Ctrl-C stops)" << std::endl;
}

struct RunningServer {
  std::unique_ptr<app::SignalingServer> server;
};

boost::asio::awaitable<core::Result<void>> serve(std::shared_ptr<RunningServer> running,
                                                 app::SignalingServerOptions options,
                                                 boost::asio::any_io_executor executor) {
  const bool has_others = !options.signaling.redis_url.empty();
  auto server = app::SignalingServer::start(executor, std::move(options));
  if (!server) co_return core::failure(server.error());
  running->server = std::move(*server);
  if (has_others) {
    const auto joined = co_await running->server->join();
    if (!joined) co_return core::failure(joined.error());
  }
  say_where(*running->server);
  if (running->server->service().nobody_can_enter()) {
    core::logger("signaling")
        ->warn(
            "nobody can sign in yet: set AUTH_KEY (one key for your devices), FIREBASE_PROJECT_ID or "
            "OIDC_ISSUER, see docs/configuration.md; for a first look at home run pantheon up instead");
  }
  core::AsyncEvent forever(executor);
  (void)co_await forever.wait();
  co_return core::Result<void>{};
}

boost::asio::awaitable<void> stop(std::shared_ptr<RunningServer> running, std::chrono::seconds drain) {
  if (!running->server) co_return;
  co_await running->server->drain(drain);
  co_await running->server->stop();
  running->server.reset();
}

void reload(const RunningServer& running) {
  if (running.server) running.server->reload_certificate();
}

int check_health(SignalSettings& settings, const OptionTable& table, Layer flags) {
  const auto resolved = resolve_options(table, std::move(flags), process_environment, kEnvironmentFile);
  if (!resolved) return report(resolved.error());
  const auto server = server_options(settings);
  if (!server) return report(server.error());
  const auto checked = app::check_health(*server);
  return checked ? 0 : report(checked.error());
}

int run(SignalSettings& settings, const OptionTable& table, Layer flags) {
  const auto warnings = resolve_options(table, std::move(flags), process_environment, kEnvironmentFile);
  if (!warnings) return report(warnings.error());
  if (!apply(settings.common)) return 64;
  for (const auto& warning : *warnings) core::logger("options")->warn("{}", warning);
  auto server = server_options(settings);
  if (!server) return report(server.error());
  const auto made = platform::make_private_folder(settings.data);
  if (!made) return report(made.error());
  const auto running = std::make_shared<RunningServer>();
  const std::chrono::seconds drain(settings.drain_seconds);
  app::Daemon daemon;
  daemon.run = [running, server = *server](boost::asio::any_io_executor executor) {
    return serve(running, server, executor);
  };
  daemon.stop = [running, drain] { return stop(running, drain); };
  daemon.on_hangup = [running] { reload(*running); };
  daemon.stop_patience += drain;
  const auto result = app::run_daemon(std::move(daemon));
  return result ? 0 : report(result.error());
}

int print_reference(const OptionTable& table) {
  std::cout << option_reference(table);
  return 0;
}

}  // namespace

Verb add_signal(CLI::App& program) {
  auto settings = std::make_shared<SignalSettings>();
  auto table = std::make_shared<OptionTable>(signal_options(*settings));
  auto* verb = program.add_subcommand("signal", "Run the signaling server alone, for devices anywhere");
  verb->footer(
      "Every option can stand in a variable [NAME], in .env, or in the file of --config: "
      "docs/configuration.md.");
  add_flags(*verb, *table);
  auto* reference = verb->add_flag("--reference");
  reference->description("Print the reference of all options as Markdown");
  auto* health = verb->add_flag("--check-health");
  health->description("Ask the server that runs here with these options whether it is well; 0 when it is");
  return [settings, table, verb, reference, health] {
    if (reference->count() > 0) return print_reference(*table);
    if (health->count() > 0) return check_health(*settings, *table, given_flags(*verb, *table));
    return run(*settings, *table, given_flags(*verb, *table));
  };
}

}  // namespace pantheon::cli
