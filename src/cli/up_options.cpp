#include "cli/up_options.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>

#include "app/server_address.hpp"
#include "cli/error.hpp"
#include "cli/option_table.hpp"
#include "core/utf8.hpp"
#include "platform/network.hpp"

namespace pantheon::cli {
namespace {

void add_engine_options(CLI::App& verb, UpArguments& arguments) {
  verb.add_option("--engine", arguments.up.engines,
                  "Base URL of an engine to share, e.g. http://127.0.0.1:8000 (may be given more than once)");
  auto* key = verb.add_option("--engine-key", arguments.up.engine_key,
                              "API key for the engines named by --engine, and no others")
                  ->envname("PANTHEON_ENGINE_KEY");
  arguments.secrets.push_back({key, "PANTHEON_ENGINE_KEY"});
  verb.add_flag("--no-search", arguments.no_search,
                "Share only engines named by --engine, look for no others");
  verb.add_flag("--no-legacy-relay", arguments.no_legacy_relay,
                "Refuse clients of the oldest generation, whose requests the signaling server could read");
  verb.add_option("--parallel", arguments.up.parallel,
                  "Answers that Ollama writes at the same time (1 to 64)")
      ->type_name("N")
      ->check(CLI::Range(1U, 64U).description(""))
      ->capture_default_str();
  verb.add_option(
          "--engine-silence", arguments.engine_silence_minutes,
          "Minutes that an engine may think before its answer, or say nothing in the midst of it, until the "
          "request fails and the next one has its turn (1 to 1440)")
      ->type_name("MINUTES")
      ->check(CLI::Range(1, 1440).description(""))
      ->capture_default_str();
  verb.add_flag("--try", arguments.try_model,
                "If no engine answers, set up a small model (272 MB to download) without asking");
}

void add_sharing_options(CLI::App& verb, UpArguments& arguments) {
  verb.add_option("--share", arguments.up.shared_models,
                  "Share only this model of those that are found (may be given more than once)");
  verb.add_option(
      "--share-cloud", arguments.up.cloud_models,
      "Share this model too, which Ollama runs in its cloud and may charge for (may be given more "
      "than once)");
  verb.add_option(
      "--manager", arguments.up.managers,
      "Let this device pull, copy and delete models of Ollama here: its id, as the settings of its "
      "page show it (may be given more than once)");
}

void add_account_options(CLI::App& verb, UpArguments& arguments) {
  arguments.server = verb.add_option("--server", arguments.up.server,
                                     "Signaling server elsewhere, e.g. https://signal.example.org");
  auto* pair = verb.add_option("--pair", arguments.up.pair_link,
                               "With --server: a pairing link, shown by a device of the account");
  auto* token =
      verb.add_option("--token", arguments.up.token, "With --server: a token of the account's provider")
          ->envname("PANTHEON_TOKEN");
  auto* token_file =
      verb.add_option("--token-file", arguments.up.token_file,
                      "With --server: a file with such a token, which is read again before the token ends")
          ->envname("PANTHEON_TOKEN_FILE")
          ->excludes(token);
  auto* auth_key = verb.add_option("--auth-key", arguments.up.auth_key,
                                   "With --server: the key shared by all devices of the account")
                       ->envname("AUTH_KEY");
  auto* verified = verb.add_flag("--verified-only", arguments.up.verified_only,
                                 "With --server: serve only devices that were paired, also where a token or "
                                 "key is enough to be in the account");
  arguments.secrets.push_back({token, "--token-file or PANTHEON_TOKEN"});
  arguments.secrets.push_back({auth_key, "AUTH_KEY"});
  arguments.with_server = {pair, token, token_file, auth_key, verified};
}

void add_home_options(CLI::App& verb, UpArguments& arguments) {
  auto* port = verb.add_option("--port", arguments.up.port, "Port of web app and signaling")
                   ->envname("PORT")
                   ->capture_default_str();
  auto* bind = verb.add_option("--bind", arguments.up.bind_address,
                               "Address to listen on; 127.0.0.1 for this machine only")
                   ->capture_default_str();
  auto* dev = verb.add_flag("--dev", arguments.up.dev,
                            "Accept tokens dev:<account> from anyone: for development only");
  arguments.without_server = {port, bind, dev};
}

std::string check_ip_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return error ? "'" + text + "' is not an IP address, such as 192.168.1.20" : "";
}

// A variable may be there for the sake of another program; only what was typed is a mistake. CLI11 does not
// tell the two apart.
bool was_typed(const CLI::Option& option) {
  if (option.count() == 0) return false;
  const auto* value = option.get_envname().empty() ? nullptr : std::getenv(option.get_envname().c_str());
  return value == nullptr || option.results().back() != value;
}

std::string first_typed(const std::vector<const CLI::Option*>& options) {
  const auto typed =
      std::find_if(options.begin(), options.end(), [](const auto* o) { return was_typed(*o); });
  return typed == options.end() ? std::string() : (*typed)->get_name();
}

/// As signaling servers take it: in UTF-8, 1 to 128 bytes.
core::Result<std::string> chosen_name(const std::string& given) {
  constexpr std::size_t kLongest = 128;
  if (given.empty()) return platform::host_name();
  if (!core::is_utf8(given)) return core::failure(CliError::bad_option, "--name is not UTF-8");
  if (given.size() > kLongest)
    return core::failure(CliError::bad_option,
                         "--name has " + std::to_string(given.size()) + " bytes, more than 128");
  return given;
}

core::Result<std::string> chosen_server(const UpArguments& arguments) {
  if (arguments.server->count() > 0) {
    const auto name = first_typed(arguments.without_server);
    if (name.empty()) return app::server_origin(arguments.up.server);
    return core::failure(CliError::bad_option,
                         name + " is for the server of this machine; with --server leave it out");
  }
  if (arguments.host_only) {
    return core::failure(CliError::missing_option,
                         "pantheon host needs --server URL; at home use pantheon up");
  }
  const auto name = first_typed(arguments.with_server);
  if (name.empty()) return std::string();
  return core::failure(CliError::bad_option,
                       name +
                           " is for the account at a signaling server elsewhere: add --server URL; at home " +
                           "leave " + name + " out");
}

}  // namespace

std::shared_ptr<UpArguments> add_up_options(CLI::App& verb, bool host_only) {
  auto arguments = std::make_shared<UpArguments>();
  arguments->host_only = host_only;
  add_common_options(verb, arguments->common, "warn");
  verb.add_option("--name", arguments->up.name,
                  "Name of this device, for your other devices (default: host name)");
  verb.add_option("--data", arguments->data, "Folder of keys and database")
      ->envname("PANTHEON_HOME")
      ->check([](const std::string& folder) { return folder.empty() ? "is empty and names no folder" : ""; })
      ->capture_default_str();
  add_engine_options(verb, *arguments);
  add_sharing_options(verb, *arguments);
  add_account_options(verb, *arguments);
  if (!host_only) add_home_options(verb, *arguments);
  verb.add_option("--rtc-bind", arguments->rtc_bind, "Address that peer connections use")
      ->check(check_ip_address);
  add_ice_options(verb, arguments->ice);
  return arguments;
}

std::vector<std::string> up_warnings(const UpArguments& arguments) {
  std::vector<std::string> warnings;
  for (const auto& secret : arguments.secrets) {
    if (was_typed(*secret.flag)) warnings.push_back(secret_is_seen(secret.flag->get_name(), secret.instead));
  }
  if (!arguments.up.engine_key.empty() && arguments.up.engines.empty())
    warnings.emplace_back(
        "the key of engines is given to none: it is for those that are named with --engine URL");
  return warnings;
}

core::Result<app::UpOptions> up_options(const UpArguments& arguments) {
  auto options = arguments.up;
  auto server = chosen_server(arguments);
  if (!server) return core::failure(server.error());
  options.server = std::move(*server);
  auto ice = ice_servers(arguments.ice, options.server.empty());
  if (!ice) return core::failure(ice.error());
  options.ice_servers = std::move(*ice);
  options.data_folder = arguments.data;
  options.engine_silence = std::chrono::minutes(arguments.engine_silence_minutes);
  options.search_engines = !arguments.no_search;
  options.serve_relayed = !arguments.no_legacy_relay;
  if (!arguments.rtc_bind.empty()) options.rtc_bind_address = arguments.rtc_bind;
  if (arguments.try_model) options.trial = app::Trial::if_no_engine;
  auto name = chosen_name(options.name);
  if (!name) return core::failure(name.error());
  options.name = std::move(*name);
  return options;
}

}  // namespace pantheon::cli
