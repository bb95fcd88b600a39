#pragma once

#include <filesystem>
#include <functional>

#include "cli/option_table.hpp"

namespace pantheon::cli {

/// Gives the value of an environment variable; empty when it is not set.
using Environment = std::function<std::string(const std::string&)>;
/// That of this process.
std::string process_environment(const std::string& variable);

/// What the environment sets. A variable that is set to nothing counts as not set.
Layer read_environment(const OptionTable& table, const Environment& environment);

/// A file of variables (`NAME=value` a line, as in .env), and the lines that may be misspelt variables.
struct EnvironmentFile {
  Layer layer;
  std::vector<std::string> warnings;
};
/// Reads one; nothing when there is no such file. Variables of other programs are passed over. `bad_config`
/// names the line that cannot be read, or whose variable is one edit away from one of the table.
core::Result<EnvironmentFile> read_environment_file(const OptionTable& table,
                                                    const std::filesystem::path& file);

/// Reads a TOML file whose keys are the names of options. `bad_config` names the line: not TOML, a key that
/// no option has (with the one that may be meant), a value of another type.
core::Result<Layer> read_toml_file(const OptionTable& table, const std::filesystem::path& file);

/// Sets all options: flags win over the environment, that over .env in the working directory, that over the
/// file which the option `config` names, if the table has it. `bad_option`, `bad_config`. Returns warnings.
core::Result<std::vector<std::string>> resolve_options(const OptionTable& table, Layer flags,
                                                       const Environment& environment,
                                                       const std::filesystem::path& environment_file);

}  // namespace pantheon::cli
