#include "cli/usage_error.hpp"

#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/option_table.hpp"
#include "cli/up_screen.hpp"

namespace pantheon::cli {
namespace {

bool is_option(const std::string& word) {
  return word.starts_with('-');
}

/// Without the value of `--name=value`, which may be a secret.
std::string name_of(const std::string& word) {
  return printable(is_option(word) ? word.substr(0, word.find('=')) : word);
}

std::string meant(const std::string& word, const std::vector<std::string>& names) {
  const auto near = nearest(word, names);
  return near ? "; did you mean " + *near + "?" : "";
}

std::vector<std::string> verbs_of(const CLI::App& program) {
  std::vector<std::string> names;
  for (const auto* verb : program.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const auto* option : verb.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::string no_verb(const CLI::App& program) {
  const auto words = program.remaining();
  if (words.empty() || is_option(words.front()))
    return "the first word must be a verb: up, host or signal; options follow it";
  const auto suggestion = meant(words.front(), verbs_of(program));
  return "there is no verb '" + name_of(words.front()) + "'" +
         (suggestion.empty() ? "; there are up, host and signal" : suggestion);
}

std::string not_expected(const CLI::App& program, const CLI::App& verb) {
  const auto words = verb.remaining();
  if (words.empty()) {
    const auto before = program.remaining();
    return (before.empty() ? "options" : name_of(before.front())) + " must stand behind the verb";
  }
  const auto word = name_of(words.front());
  const auto of = "pantheon " + verb.get_name();
  if (!is_option(word)) return "'" + word + "' is not expected here; " + of + " takes options only";
  return of + " has no option " + word + meant(word, options_of(verb));
}

// By its number: some versions of CLI11 put the name of the verb where others put the kind of the error.
bool is(const CLI::ParseError& error, CLI::ExitCodes kind) {
  return error.get_exit_code() == static_cast<int>(kind);
}

/// `--port: 'abc' cannot be used`, for `Could not convert: --port = abc`.
std::string reworded(const std::string& text) {
  constexpr std::string_view kBegin = "Could not convert: ";
  constexpr std::string_view kBetween = " = ";
  const auto between = text.find(kBetween);
  if (!text.starts_with(kBegin) || between == std::string::npos) return text;
  return text.substr(kBegin.size(), between - kBegin.size()) + ": '" +
         text.substr(between + kBetween.size()) + "' cannot be used";
}

/// Whether the value is that of the variable, and not one that was typed.
bool is_from_variable(const CLI::Option& option) {
  const auto* value = option.get_envname().empty() ? nullptr : std::getenv(option.get_envname().c_str());
  return value != nullptr && !option.results().empty() && option.results().back() == value;
}

/// What CLI11 says of an option that is known, by the name of the variable where its value came from one.
std::string bad_value(const CLI::App& verb, const CLI::ParseError& error) {
  const std::string text = reworded(error.what());
  const bool no_value =
      is(error, CLI::ExitCodes::ArgumentMismatch) && text.find(" required ") != std::string::npos;
  if (no_value) return text.substr(0, text.find(':')) + " needs a value";
  for (const auto* option : verb.get_options()) {
    const auto name = option->get_name();
    if (text.starts_with(name + ":") && is_from_variable(*option))
      return printable(option->get_envname() + text.substr(name.size()), 200);
  }
  return printable(text, 200);
}

}  // namespace

std::string usage_error(const CLI::App& program, const CLI::ParseError& error) {
  const auto parsed = program.get_subcommands();
  const auto sentence = [](const std::string& what) { return what.ends_with('?') ? what : what + "."; };
  if (parsed.empty()) return sentence(no_verb(program)) + " `pantheon --help` says more.";
  const auto& verb = *parsed.front();
  const auto what =
      is(error, CLI::ExitCodes::ExtrasError) ? not_expected(program, verb) : bad_value(verb, error);
  return sentence(what) + " `pantheon " + verb.get_name() + " --help` lists its options.";
}

}  // namespace pantheon::cli
