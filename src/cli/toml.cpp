#include "cli/toml.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "cli/error.hpp"

namespace pantheon::cli {
namespace {

std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  return std::nullopt;
}

std::optional<TomlEntry> entry_of(const toml::key& key, const toml::node& node) {
  TomlEntry entry{std::string(key.str()), {}, node.is_array(), key.source().begin.line};
  const auto add = [&](const toml::node& item) {
    auto text = text_of(item);
    if (text) entry.texts.push_back(std::move(*text));
    return text.has_value();
  };
  if (const auto* array = node.as_array()) {
    for (const auto& item : *array) {
      if (!add(item)) return std::nullopt;
    }
    return entry;
  }
  if (!add(node)) return std::nullopt;
  return entry;
}

}  // namespace

core::Result<std::vector<TomlEntry>> parse_toml(std::string_view text) {
  try {
    std::vector<TomlEntry> entries;
    const auto document = toml::parse(text);
    for (const auto& [key, node] : document) {
      auto entry = entry_of(key, node);
      if (!entry) {
        return core::failure(CliError::bad_config,
                             fmt::format("line {}: {} is neither a text, a number, true, false nor a list of "
                                         "these",
                                         key.source().begin.line, key.str()));
      }
      entries.push_back(std::move(*entry));
    }
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    return entries;
  } catch (const toml::parse_error& error) {
    return core::failure(CliError::bad_config,
                         fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

}  // namespace pantheon::cli
