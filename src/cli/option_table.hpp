#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_value.hpp"
#include "core/error.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace pantheon::cli {

/// One row of the table from which flags, variables, the keys of the file, help, reference and validation
/// come.
struct OptionRow {
  std::string name;      ///< "tls-cert": the flag --tls-cert and the key of the file
  std::string variable;  ///< "TLS_CERT", in the environment and in .env; empty for none
  std::string about;     ///< what it is for, one phrase without a full stop
  OptionValue value;
  /// Never shown, and can be read from a file: --<name>-file and <VARIABLE>_FILE name it.
  bool secret = false;
  /// In help and reference, instead of a default that differs from machine to machine.
  std::string shown_default = {};
};

/// Rows under a heading.
struct OptionGroup {
  std::string title;
  std::vector<OptionRow> rows;
};
using OptionTable = std::vector<OptionGroup>;

/// What was given for one option, and where: "--port", "PORT", ".env:3: PORT", "signal.toml:7: port".
struct Given {
  std::vector<std::string> texts;
  std::string origin;
};
/// What one source gave, by the option's name; a secret's file under "<name>-file".
using Layer = std::map<std::string, Given, std::less<>>;

/// The ending of the second name of a secret.
inline constexpr std::string_view kFileEnding = "-file";
inline constexpr std::string_view kFileVariableEnding = "_FILE";

/// Adds the flags of all rows to a command. They must be read with given_flags() after it has parsed.
void add_flags(CLI::App& command, const OptionTable& table);
/// The flags that were given to the command.
Layer given_flags(const CLI::App& command, const OptionTable& table);

/// Sets each option from the first layer that has it; the others keep their default. `bad_option` names where
/// the bad value stands, and holds no secret. Returns what the operator should be warned of.
core::Result<std::vector<std::string>> apply_layers(const OptionTable& table,
                                                    const std::vector<Layer>& layers);

/// The warning of a secret that was typed as a flag, and what to use instead.
std::string secret_is_seen(const std::string& flag, const std::string& instead);

/// Whether the words are the same but for one letter more, less or another, two neighbours swapped, or the
/// case of letters; not whether they are the same.
bool one_edit_apart(std::string_view first, std::string_view second);

/// The one of these names that was probably meant, if any is near.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace pantheon::cli
