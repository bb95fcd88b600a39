#include <iostream>
#include <memory>

#include "app/daemon.hpp"
#include "app/signaling_server.hpp"
#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "core/async_event.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {
namespace {

struct SignalOptions {
  CommonOptions common;
  app::SignalingServerOptions server;
  std::string data = platform::data_folder().string();
  std::string certificate;
  std::string private_key;
  std::string cors;
  IceOptions ice;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> items;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const auto comma = std::min(list.find(',', begin), list.size());
    if (comma > begin) items.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return items;
}

core::Result<app::SignalingServerOptions> server_options(SignalOptions options) {
  auto server = std::move(options.server);
  server.signaling.mode = signaling::Mode::anywhere;
  server.signaling.cors_origins = split(options.cors);
  if (options.certificate.empty() != options.private_key.empty()) {
    return core::failure(core::CommonError::invalid_argument, "--tls-cert and --tls-key go together");
  }
  if (!options.certificate.empty()) server.tls = http::TlsFiles{options.certificate, options.private_key};
  const auto ice = ice_servers(options.ice, false);
  if (!ice) return core::failure(ice.error());
  for (const auto& entry : *ice)
    server.signaling.ice_servers.push_back({entry.urls, entry.username, entry.credential});
  if (const auto made = platform::make_private_folder(options.data); !made)
    return core::failure(made.error());
  server.database = std::filesystem::path(options.data) / "signaling.db";
  return server;
}

struct RunningServer {
  std::unique_ptr<app::SignalingServer> server;
};

boost::asio::awaitable<core::Result<void>> serve(std::shared_ptr<RunningServer> running,
                                                 app::SignalingServerOptions options,
                                                 boost::asio::any_io_executor executor) {
  const auto bind = options.bind_address;
  auto server = app::SignalingServer::start(executor, std::move(options));
  if (!server) co_return core::failure(server.error());
  running->server = std::move(*server);
  std::cout << "Signaling on " << (running->server->secure() ? "https" : "http") << "://" << bind << ":"
            << running->server->port() << "  (Ctrl-C stops)" << std::endl;
  core::AsyncEvent forever(executor);
  (void)co_await forever.wait();
  co_return core::Result<void>{};
}

boost::asio::awaitable<void> stop(std::shared_ptr<RunningServer> running) {
  if (running->server) co_await running->server->stop();
  running->server.reset();
}

int run(const SignalOptions& options) {
  if (!apply(options.common)) return 64;
  auto server = server_options(options);
  if (!server) return report(server.error());
  const auto running = std::make_shared<RunningServer>();
  const auto result = app::run_daemon({[running, server = *server](boost::asio::any_io_executor executor) {
                                         return serve(running, server, executor);
                                       },
                                       [running] { return stop(running); }});
  return result ? 0 : report(result.error());
}

}  // namespace

Verb add_signal(CLI::App& program) {
  auto options = std::make_shared<SignalOptions>();
  auto* verb = program.add_subcommand("signal", "Run the signaling server alone, for devices anywhere");
  add_common_options(*verb, options->common, "info");
  verb->add_option("--port", options->server.port, "Port to listen on")
      ->envname("PORT")
      ->capture_default_str();
  verb->add_option("--bind", options->server.bind_address, "Address to listen on")->capture_default_str();
  verb->add_option("--data", options->data, "Folder of the database")
      ->envname("PANTHEON_HOME")
      ->capture_default_str();
  verb->add_option("--cors-origins", options->cors,
                   "Web origins that may use this server, separated by commas")
      ->envname("CORS_ORIGINS");
  verb->add_option("--auth-key", options->server.signaling.auth_key,
                   "One key shared by all devices of one account")
      ->envname("AUTH_KEY");
  verb->add_option("--auth-keys", options->server.signaling.auth_keys, "Several accounts: name:key,name:key")
      ->envname("AUTH_KEYS");
  verb->add_option("--tls-cert", options->certificate, "Certificate chain, PEM");
  verb->add_option("--tls-key", options->private_key, "Private key of the certificate, PEM");
  verb->add_flag("--dev", options->server.signaling.dev,
                 "Accept tokens dev:<account> from anyone: for development only");
  add_ice_options(*verb, options->ice);
  return [options] { return run(*options); };
}

}  // namespace pantheon::cli
