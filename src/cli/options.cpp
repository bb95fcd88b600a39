#include "cli/options.hpp"

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>
#include <iostream>

#include "cli/error.hpp"
#include "cli/up_screen.hpp"
#include "core/log.hpp"

namespace pantheon::cli {
namespace {

constexpr std::size_t kLongestMessage = 1000;
constexpr const char* kDefaultStun = "stun:stun.l.google.com:19302";

/// HOST or HOST:PORT. What a browser does not take costs its page every connection, so it is not handed on.
bool is_place(std::string_view place) {
  const auto parsed = boost::urls::parse_authority(place);
  const bool is_one = parsed && !parsed->has_userinfo() && !parsed->encoded_host().empty();
  return is_one && place.find(',') == std::string_view::npos &&
         (!parsed->has_port() || parsed->port_number() > 0);
}

bool is_stun_url(std::string_view url) {
  constexpr std::string_view kScheme = "stun:";
  return url.starts_with(kScheme) && is_place(url.substr(kScheme.size()));
}

core::Result<rtc::IceServer> parse_turn(const std::string& text) {
  const auto first = text.find(',');
  const auto second = first == std::string::npos ? first : text.find(',', first + 1);
  if (second == std::string::npos || !is_turn_url(text.substr(0, first))) {
    return core::failure(CliError::bad_option, "--turn takes turn:HOST:PORT,USERNAME,CREDENTIAL");
  }
  return rtc::IceServer{
      {text.substr(0, first)}, text.substr(first + 1, second - first - 1), text.substr(second + 1)};
}

}  // namespace

bool is_turn_url(std::string_view url) {
  const auto colon = url.find(':');
  const auto scheme = url.substr(0, colon);
  if (colon == std::string_view::npos || (scheme != "turn" && scheme != "turns")) return false;
  const auto query = url.find('?');
  const auto asked = query == std::string_view::npos ? std::string_view() : url.substr(query);
  return is_place(url.substr(colon + 1, query == std::string_view::npos ? query : query - colon - 1)) &&
         (asked.empty() || asked == "?transport=udp" || asked == "?transport=tcp");
}

void add_common_options(CLI::App& command, CommonOptions& options, const std::string& default_level) {
  options.log_level = default_level;
  command.add_option("--log-level", options.log_level, "debug, info, warn, error or off")
      ->envname("PANTHEON_LOG_LEVEL")
      ->capture_default_str();
  command
      .add_option("--log-format", options.log_format,
                  "Lines for people (text), or a JSON object a line (json)")
      ->envname("PANTHEON_LOG_FORMAT")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->capture_default_str();
}

bool apply(const CommonOptions& options) {
  const auto format = options.log_format == "json" ? core::LogFormat::json : core::LogFormat::text;
  if (core::configure_logging(options.log_level, format)) return true;
  std::cerr << "pantheon: --log-level is debug, info, warn, error or off, not '" << options.log_level
            << "'\n";
  return false;
}

void add_ice_options(CLI::App& command, IceOptions& options) {
  command.add_flag("--no-stun", options.no_stun,
                   "Ask no STUN server; peers are then reached on this network only");
  command.add_option("--stun", options.stun, "STUN server, stun:HOST:PORT (may be given more than once)");
  command.add_option("--turn", options.turn,
                     "TURN server, turn:HOST:PORT,USERNAME,CREDENTIAL (may be given more than once)");
}

core::Result<std::vector<rtc::IceServer>> ice_servers(const IceOptions& options, bool at_home) {
  std::vector<rtc::IceServer> servers;
  for (const auto& url : options.stun) {
    if (!is_stun_url(url)) return core::failure(CliError::bad_option, "--stun takes stun:HOST:PORT");
    servers.push_back({{url}, "", ""});
  }
  if (options.stun.empty() && !options.no_stun && !at_home) servers.push_back({{kDefaultStun}, "", ""});
  for (const auto& text : options.turn) {
    auto server = parse_turn(text);
    if (!server) return core::failure(server.error());
    servers.push_back(std::move(*server));
  }
  return servers;
}

int report(const core::Error& error) {
  std::cerr << "pantheon: " << printable(error.message(), kLongestMessage) << "\n";
  return error.exit_code();
}

}  // namespace pantheon::cli
