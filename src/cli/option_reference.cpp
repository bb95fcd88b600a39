#include "cli/option_reference.hpp"

#include <fmt/format.h>

namespace pantheon::cli {
namespace {

constexpr const char* kIntroduction = R"(# Options of `pantheon signal`

<!-- Written by `pantheon signal --reference`. To change it, change src/cli/signal_options.cpp and run
     build/dev/src/cli/pantheon signal --reference > docs/configuration.md -->

An option can be given in five places. The first that has it counts:

1. a flag, `--port 3001`;
2. a variable of the environment, `PORT=3001`;
3. the same variable in the file `.env` in the working directory, one `NAME=value` a line (a value in quotes
   may take several);
4. the TOML file that `--config` names, under the name of the flag: `port = 3001`;
5. the default.

A value that cannot be used ends the start with a message that names the flag, the variable or the line. So does a key
of the TOML file that is no option, and a variable in `.env` that is one letter away from one of these. Variables that
belong to other programs are passed over, also in `.env`; one that looks misspelt in more than a letter is warned of. A
variable that is set to nothing counts as not set.

A **secret** can also stand in a file of its own, which another flag, variable or key names (`--auth-key-file`,
`AUTH_KEY_FILE`, `auth-key-file`); the line break at its end does not count. As a flag it would be seen by everyone
who can list processes, so the log warns of that.

A list is separated as its row says, or is a TOML array: `cors-origins = ["https://a.example", "https://b.example"]`.
Times have a unit (`30s`, `10m`, `12h`, `90d`), sizes may have one (`64KiB`, `1MiB`).
)";

/// For a cell of a table.
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string code(const std::string& text) {
  return text.empty() ? "" : "`" + text + "`";
}

std::string table_row(const OptionRow& row) {
  const auto& shown = row.shown_default.empty() ? row.value.default_text : row.shown_default;
  return fmt::format("| `--{}`{} | {} | {} | {} | {} |\n", row.name, row.secret ? " (secret)" : "",
                     code(row.variable), cell(code(row.value.takes)), row.secret ? "" : cell(code(shown)),
                     cell(row.about));
}

}  // namespace

std::string option_reference(const OptionTable& table) {
  std::string page = kIntroduction;
  for (const auto& group : table) {
    page += "\n## " + group.title +
            "\n\n| flag | variable | takes | default | what it is |\n|---|---|---|---|---|\n";
    for (const auto& row : group.rows) page += table_row(row);
  }
  return page;
}

}  // namespace pantheon::cli
