#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "app/up.hpp"
#include "cli/options.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {

/// What `pantheon up` and `pantheon host` were told. The initialisers are the defaults.
struct UpArguments {
  bool host_only = false;  ///< `pantheon host`
  CommonOptions common;
  IceOptions ice;
  app::UpOptions up;
  std::string rtc_bind;
  std::string data = platform::data_folder().string();
  int engine_silence_minutes = 15;
  bool try_model = false;
  bool no_search = false;
  bool no_legacy_relay = false;
  // Of the verb, which must outlive this.
  const CLI::Option* server = nullptr;
  std::vector<const CLI::Option*> with_server;     ///< those that mean something only with `--server`
  std::vector<const CLI::Option*> without_server;  ///< and only without it
  /// A secret, and what does not show it to others.
  struct Secret {
    const CLI::Option* flag;
    const char* instead;
  };
  std::vector<Secret> secrets;
};

/// Adds the options of `up`, or those of `host`, to a verb that stores what is given in the arguments.
std::shared_ptr<UpArguments> add_up_options(CLI::App& verb, bool host_only);

/// What the operator should be warned of: secrets that were typed as flags.
std::vector<std::string> up_warnings(const UpArguments& arguments);

/// What follows from the arguments as a whole, once they are read. `server_address_invalid`, `bad_option`,
/// `missing_option`.
core::Result<app::UpOptions> up_options(const UpArguments& arguments);

}  // namespace pantheon::cli
