#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/up.hpp"

namespace pantheon::cli {

/// Options that every verb has.
struct CommonOptions {
  std::string log_level;
  std::string log_format = "text";
};
void add_common_options(CLI::App& command, CommonOptions& options, const std::string& default_level);
/// Applies them; false (with a message on standard error) for an unknown level.
bool apply(const CommonOptions& options);

/// Options of STUN and TURN, for verbs that make peer connections.
struct IceOptions {
  bool no_stun = false;
  std::vector<std::string> stun;
  std::vector<std::string> turn;  ///< turn:host:port?transport=udp,username,credential
};
/// turn: or turns: with HOST or HOST:PORT, and perhaps ?transport=udp or tcp (RFC 7065).
bool is_turn_url(std::string_view url);
void add_ice_options(CLI::App& command, IceOptions& options);
/// The servers to use: at home none unless named, else the default STUN server unless `--no-stun`.
/// `invalid_argument`.
core::Result<std::vector<rtc::IceServer>> ice_servers(const IceOptions& options, bool at_home);

/// Prints `pantheon: <message>` to standard error and gives the exit code of the error.
int report(const core::Error& error);

}  // namespace pantheon::cli
