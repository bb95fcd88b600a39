#include "cli/option_sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "cli/dotenv.hpp"
#include "cli/error.hpp"
#include "cli/toml.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {
namespace {

/// Where a source may name an option: what it is called there, the key of the layer, and its row.
struct Name {
  std::string name;
  std::string key;
  const OptionRow* row;
};

std::vector<Name> variables(const OptionTable& table) {
  std::vector<Name> names;
  for (const auto& group : table) {
    for (const auto& row : group.rows) {
      if (row.variable.empty()) continue;
      names.push_back({row.variable, row.name, &row});
      if (!row.secret) continue;
      names.push_back(
          {row.variable + std::string(kFileVariableEnding), row.name + std::string(kFileEnding), &row});
    }
  }
  return names;
}

std::vector<Name> keys(const OptionTable& table) {
  std::vector<Name> names;
  for (const auto& group : table) {
    for (const auto& row : group.rows) {
      if (row.name == "config") continue;  // a file does not name another one
      names.push_back({row.name, row.name, &row});
      const auto file = row.name + std::string(kFileEnding);
      if (row.secret) names.push_back({file, file, &row});
    }
  }
  return names;
}

const Name* find(const std::vector<Name>& names, std::string_view wanted) {
  for (const auto& name : names) {
    if (name.name == wanted) return &name;
  }
  return nullptr;
}

const Name* misspelt(const std::vector<Name>& names, std::string_view word) {
  const auto found =
      std::ranges::find_if(names, [&](const Name& name) { return one_edit_apart(word, name.name); });
  return found == names.end() ? nullptr : &*found;
}

std::optional<std::string> meant(const std::vector<Name>& names, std::string_view word) {
  std::vector<std::string> known;
  known.reserve(names.size());
  for (const auto& name : names) known.push_back(name.name);
  return nearest(word, known);
}

/// The file of a secret is one, also where the secret is a list.
bool is_list(const Name& name) {
  return name.row->value.kind == OptionValue::Kind::list && name.key == name.row->name;
}

std::vector<std::string> texts_of(const Name& name, const std::string& text) {
  return is_list(name) ? split(text, name.row->value.separator) : std::vector<std::string>{text};
}

core::Error at(const std::filesystem::path& file, const core::Error& error) {
  return core::Error(CliError::bad_config, file.string() + ": " + error.detail());
}

core::Result<std::string> config_file(const OptionTable& table, const std::vector<Layer>& layers) {
  for (const auto& layer : layers) {
    const auto given = layer.find("config");
    if (given != layer.end()) return given->second.texts.back();
  }
  for (const auto& group : table) {
    for (const auto& row : group.rows) {
      if (row.name == "config") return row.value.default_text;
    }
  }
  return std::string();
}

}  // namespace

std::string process_environment(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value == nullptr ? "" : value;
}

Layer read_environment(const OptionTable& table, const Environment& environment) {
  Layer layer;
  for (const auto& name : variables(table)) {
    const auto value = environment(name.name);
    if (!value.empty()) layer[name.key] = Given{texts_of(name, value), name.name};
  }
  return layer;
}

core::Result<EnvironmentFile> read_environment_file(const OptionTable& table,
                                                    const std::filesystem::path& file) {
  EnvironmentFile read;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return read;
  const auto text = platform::read_file(file);
  if (!text) return core::failure(CliError::bad_config, text.error().message());
  const auto assignments = parse_dotenv(*text);
  if (!assignments) return core::failure(at(file, assignments.error()));
  const auto names = variables(table);
  for (const auto& assignment : *assignments) {
    const auto origin = fmt::format("{}:{}: {}", file.string(), assignment.line, assignment.name);
    if (const auto* name = find(names, assignment.name)) {
      if (!assignment.value.empty()) read.layer[name->key] = Given{texts_of(*name, assignment.value), origin};
    } else if (const auto* wanted = misspelt(names, assignment.name)) {
      return core::failure(CliError::bad_config,
                           origin + " is not known here; " + wanted->name + " must be meant");
    } else if (const auto near = meant(names, assignment.name)) {
      read.warnings.push_back(origin + " is not known here; is " + *near + " meant?");
    }
  }
  return read;
}

core::Result<Layer> read_toml_file(const OptionTable& table, const std::filesystem::path& file) {
  const auto text = platform::read_file(file);
  if (!text) return core::failure(CliError::bad_config, text.error().message());
  const auto entries = parse_toml(*text);
  if (!entries) return core::failure(at(file, entries.error()));
  Layer layer;
  const auto names = keys(table);
  for (const auto& entry : *entries) {
    const auto origin = fmt::format("{}:{}: {}", file.string(), entry.line, entry.key);
    const auto* name = find(names, entry.key);
    if (name == nullptr) {
      const auto near = meant(names, entry.key);
      return core::failure(CliError::bad_config,
                           origin + " is no option" + (near ? "; is " + *near + " meant?" : ""));
    }
    if (entry.is_list && !is_list(*name))
      return core::failure(CliError::bad_config, origin + " takes one value");
    layer[name->key] = Given{entry.is_list ? entry.texts : texts_of(*name, entry.texts.back()), origin};
  }
  return layer;
}

core::Result<std::vector<std::string>> resolve_options(const OptionTable& table, Layer flags,
                                                       const Environment& environment,
                                                       const std::filesystem::path& environment_file) {
  auto dotenv = read_environment_file(table, environment_file);
  if (!dotenv) return core::failure(dotenv.error());
  std::vector<Layer> layers{std::move(flags), read_environment(table, environment), std::move(dotenv->layer)};
  const auto config = config_file(table, layers);
  if (!config) return core::failure(config.error());
  if (!config->empty()) {
    auto file = read_toml_file(table, *config);
    if (!file) return core::failure(file.error());
    layers.push_back(std::move(*file));
  }
  auto warnings = apply_layers(table, layers);
  if (!warnings) return warnings;
  warnings->insert(warnings->end(), dotenv->warnings.begin(), dotenv->warnings.end());
  return warnings;
}

}  // namespace pantheon::cli
