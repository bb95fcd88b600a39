#pragma once

#include <string>
#include <vector>

#include "app/signaling_server.hpp"
#include "cli/option_table.hpp"
#include "cli/options.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {

/// All that `pantheon signal` can be told. The initialisers are the defaults.
struct SignalSettings {
  std::string config;
  CommonOptions common{"info", "text"};
  app::SignalingServerOptions server;
  std::string data = platform::data_folder().string();
  std::string certificate;
  std::string private_key;
  std::string legacy = "relay";
  std::string devices = "on";
  IceOptions ice;
  unsigned drain_seconds = 1;
  std::size_t shards = 1;  ///< 0: as many as there are cores, up to a number
  std::vector<std::string> trusted_proxies{"127.0.0.0/8", "::1/128"};
};

/// Its table of options: a new option is one row here. The settings must outlive the table.
OptionTable signal_options(SignalSettings& settings);

/// What follows from the settings as a whole. `bad_option`.
core::Result<app::SignalingServerOptions> server_options(const SignalSettings& settings);

}  // namespace pantheon::cli
