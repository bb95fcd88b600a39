#include "cli/dotenv.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "cli/error.hpp"
#include "core/ascii.hpp"

namespace pantheon::cli {
namespace {

using core::trimmed;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kExport = "export ";

bool is_name(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  });
}

char unescaped(char c) {
  return c == 'n' ? '\n' : c;
}

/// A value in quotes; nothing when they are not closed, or followed by more than a comment.
std::optional<std::string> quoted(std::string_view text) {
  const char quote = text.front();
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      const auto rest = trimmed(text.substr(i + 1));
      if (!rest.empty() && !rest.starts_with('#')) return std::nullopt;
      return value;
    }
    const bool escape = quote == '"' && text[i] == '\\' && i + 1 < text.size();
    value += escape ? unescaped(text[++i]) : text[i];
  }
  return std::nullopt;
}

std::string_view without_comment(std::string_view text) {
  if (text.starts_with('#')) return {};
  return trimmed(text.substr(0, std::min(text.find(" #"), text.find("\t#"))));
}

std::optional<Assignment> parse_line(std::string_view line) {
  if (line.starts_with(kExport)) line = trimmed(line.substr(kExport.size()));
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto name = trimmed(line.substr(0, equals));
  if (!is_name(name)) return std::nullopt;
  const auto text = trimmed(line.substr(equals + 1));
  if (!text.starts_with('"') && !text.starts_with('\''))
    return Assignment{std::string(name), std::string(without_comment(text))};
  auto value = quoted(text);
  if (!value) return std::nullopt;
  return Assignment{std::string(name), std::move(*value)};
}

}  // namespace

core::Result<std::vector<Assignment>> parse_dotenv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Assignment> all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    auto read = parse_line(line);
    if (!read)
      return core::failure(CliError::bad_config, "line " + std::to_string(number) + " is not NAME=value");
    read->line = number;
    all.push_back(std::move(*read));
  }
  return all;
}

}  // namespace pantheon::cli
