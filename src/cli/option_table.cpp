#include "cli/option_table.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>

#include "cli/error.hpp"
#include "core/ascii.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {
namespace {

constexpr std::size_t kLongestShown = 60;

/// Words and limits are said behind the description, where there is room for them.
bool is_phrase(const std::string& takes) {
  return takes.find(' ') != std::string::npos;
}

std::string about(const OptionRow& row) {
  auto text = row.about;
  if (row.value.kind != OptionValue::Kind::flag && is_phrase(row.value.takes))
    text += " (" + row.value.takes + ")";
  return row.variable.empty() ? text : text + " [" + row.variable + "]";
}

std::string type_name(const OptionRow& row) {
  if (row.secret) return "SECRET";
  return is_phrase(row.value.takes) ? "VALUE" : row.value.takes;
}

void add_flag(CLI::App& command, const OptionRow& row, const std::string& group) {
  const auto name = "--" + row.name;
  if (row.value.kind == OptionValue::Kind::flag) {
    command.add_flag(name)->description(about(row))->group(group);
    return;
  }
  auto* option = command.add_option(name)->description(about(row))->group(group);
  option->type_name(type_name(row));
  if (row.value.kind == OptionValue::Kind::list)
    option->take_all()->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(false);
  const auto& shown = row.shown_default.empty() ? row.value.default_text : row.shown_default;
  if (!shown.empty() && !row.secret) option->default_str(shown);
  if (!row.secret) return;
  command.add_option(name + std::string(kFileEnding))
      ->description("File that holds it [" + row.variable + std::string(kFileVariableEnding) + "]")
      ->type_name("FILE")
      ->group(group);
}

/// Each text may hold several items of a list.
std::vector<std::string> items(const OptionRow& row, const std::vector<std::string>& texts) {
  if (row.value.kind != OptionValue::Kind::list) return texts;
  std::vector<std::string> all;
  for (const auto& text : texts) {
    for (auto& item : split(text, row.value.separator)) all.push_back(std::move(item));
  }
  return all;
}

std::optional<Given> flag_of(const CLI::App& command, const std::string& name) {
  const auto* option = command.get_option_no_throw("--" + name);
  if (option == nullptr || option->count() == 0) return std::nullopt;
  return Given{option->results(), "--" + name};
}

std::string shown(const OptionRow& row, const std::vector<std::string>& texts) {
  if (row.secret || texts.empty()) return "the value";
  return '"' + texts.back().substr(0, kLongestShown) + '"';
}

/// The content of a secret's file, without the line break at its end; of a list one item a line.
core::Result<Given> read_secret(const OptionRow& row, const Given& named) {
  auto content = platform::read_file(named.texts.back());
  if (!content) return core::failure(CliError::bad_option, named.origin + ": " + content.error().message());
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  if (content->empty())
    return core::failure(CliError::bad_option, named.origin + ": " + named.texts.back() + " is empty");
  if (row.value.kind != OptionValue::Kind::list) return Given{{std::move(*content)}, named.origin};
  return Given{items(row, split(*content, '\n')), named.origin};
}

/// What one layer gives for a row.
core::Result<std::optional<Given>> find(const OptionRow& row, const Layer& layer) {
  const auto direct = layer.find(row.name);
  const auto file = row.secret ? layer.find(row.name + std::string(kFileEnding)) : layer.end();
  if (direct != layer.end() && file != layer.end()) {
    return core::failure(CliError::bad_option,
                         direct->second.origin + " and " + file->second.origin + " exclude each other");
  }
  if (direct != layer.end()) return direct->second;
  if (file == layer.end()) return std::nullopt;
  auto secret = read_secret(row, file->second);
  if (!secret) return core::failure(secret.error());
  return std::move(*secret);
}

core::Result<void> apply_row(const OptionRow& row, const std::vector<Layer>& layers) {
  for (const auto& layer : layers) {
    const auto given = find(row, layer);
    if (!given) return core::failure(given.error());
    if (!*given) continue;
    const auto set = row.value.set((*given)->texts);
    if (set) return {};
    return core::failure(CliError::bad_option,
                         (*given)->origin + ": " + shown(row, (*given)->texts) + " " + set.error());
  }
  return {};
}

/// How many letters must be changed, or neighbours swapped, to make one word of the other (optimal string
/// alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  auto last = before;
  auto line = before;
  std::iota(line.begin(), line.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, line);
    line[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto changed = last[j] + (a[i] == b[j] ? 0U : 1U);
      line[j + 1] = std::min({last[j + 1] + 1, line[j] + 1, changed});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
        line[j + 1] = std::min(line[j + 1], before[j - 1] + 1);
    }
  }
  return line.back();
}

}  // namespace

void add_flags(CLI::App& command, const OptionTable& table) {
  for (const auto& group : table)
    for (const auto& row : group.rows) add_flag(command, row, group.title);
}

Layer given_flags(const CLI::App& command, const OptionTable& table) {
  Layer layer;
  for (const auto& group : table) {
    for (const auto& row : group.rows) {
      if (auto given = flag_of(command, row.name)) {
        layer[row.name] = Given{items(row, given->texts), std::move(given->origin)};
      }
      const auto file = row.name + std::string(kFileEnding);
      if (auto given = row.secret ? flag_of(command, file) : std::nullopt) layer[file] = std::move(*given);
    }
  }
  return layer;
}

std::string secret_is_seen(const std::string& flag, const std::string& instead) {
  return flag + " shows its secret to everyone who can list processes; use " + instead;
}

core::Result<std::vector<std::string>> apply_layers(const OptionTable& table,
                                                    const std::vector<Layer>& layers) {
  std::vector<std::string> warnings;
  for (const auto& group : table) {
    for (const auto& row : group.rows) {
      if (auto applied = apply_row(row, layers); !applied) return core::failure(applied.error());
      if (!row.secret || layers.empty() || !layers.front().contains(row.name)) continue;
      if (layers.front().find(row.name)->second.origin == "--" + row.name) {
        warnings.push_back(secret_is_seen(
            "--" + row.name, "--" + row.name + std::string(kFileEnding) + " or " + row.variable));
      }
    }
  }
  return warnings;
}

bool one_edit_apart(std::string_view first, std::string_view second) {
  return first != second && distance(core::lower_case(first), core::lower_case(second)) <= 1;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 64;
  if (word.size() > kLongest) return std::nullopt;
  const auto by_distance = [&](const std::string& a, const std::string& b) {
    return distance(word, a) < distance(word, b);
  };
  const auto best = std::min_element(names.begin(), names.end(), by_distance);
  if (best == names.end() || distance(word, *best) > std::max<std::size_t>(1, word.size() / 3))
    return std::nullopt;
  return *best;
}

}  // namespace pantheon::cli
