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

/// Where the quote that a text begins with is closed; npos when it is not.
std::size_t closing_quote(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) return i;
    if (quote == '"' && text[i] == '\\') ++i;
  }
  return std::string_view::npos;
}

bool is_quoted(std::string_view text) {
  return text.starts_with('"') || text.starts_with('\'');
}

/// A value in quotes; nothing when they are not closed, or followed by more than a comment.
std::optional<std::string> quoted(std::string_view text) {
  const auto end = closing_quote(text);
  if (end == std::string_view::npos) return std::nullopt;
  const auto rest = trimmed(text.substr(end + 1));
  if (!rest.empty() && !rest.starts_with('#')) return std::nullopt;
  std::string value;
  for (std::size_t i = 1; i < end; ++i) {
    const bool escape = text.front() == '"' && text[i] == '\\';
    if (text.substr(i).starts_with("\r\n")) continue;
    value += escape ? unescaped(text[++i]) : text[i];
  }
  return value;
}

/// How much of a text its first line takes; one with a value in quotes goes on over others until these are
/// closed.
std::size_t length_of_line(std::string_view text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  const auto equals = line.find('=');
  if (equals == std::string_view::npos || trimmed(line).starts_with('#')) return end;
  const auto start = std::min(line.find_first_not_of(" \t", equals + 1), end);
  if (!is_quoted(line.substr(start))) return end;
  const auto close = closing_quote(text.substr(start));
  return close == std::string_view::npos ? end : std::min(text.find('\n', start + close), text.size());
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
  if (!is_quoted(text)) return Assignment{std::string(name), std::string(without_comment(text))};
  auto value = quoted(text);
  if (!value) return std::nullopt;
  return Assignment{std::string(name), std::move(*value)};
}

}  // namespace

core::Result<std::vector<Assignment>> parse_dotenv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Assignment> all;
  std::size_t next = 1;
  while (!text.empty()) {
    const auto taken = text.substr(0, length_of_line(text));
    const auto number = next;
    next += 1 + static_cast<std::size_t>(std::ranges::count(taken, '\n'));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    const auto line = trimmed(taken);
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
