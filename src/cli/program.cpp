#include "cli/program.hpp"

#include <sodium.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>

#include "cli/usage_error.hpp"
#include "cli/verbs.hpp"

namespace pantheon::cli {
namespace {

constexpr int kUsageError = 64;
constexpr int kInternalError = 70;

// CLI11 reads the variables of every verb, also of those that do not run, and refuses bad ones.
void forget_variables_of_others(CLI::App& program, const std::string& verb) {
  for (auto* other : program.get_subcommands({})) {
    if (other->get_name() == verb) continue;
    for (auto* option : other->get_options()) option->envname("");
  }
}

int parse_and_run(int argc, const char* const* argv) {
  CLI::App program(
      "Pantheon: use the language models of your own computer from all your devices, peer to peer.",
      "pantheon");
  program.set_version_flag("--version", PANTHEON_VERSION);
  program.require_subcommand(1);
  program.footer("Start with `pantheon up`. `pantheon VERB --help` says more about a verb.");
  std::map<const CLI::App*, Verb> verbs;
  const auto add = [&](Verb (*adder)(CLI::App&)) {
    auto verb = adder(program);
    verbs.emplace(program.get_subcommands({}).back(), std::move(verb));
  };
  add(add_up);
  add(add_host);
  add(add_signal);
  if (argc < 2) {
    std::cout << program.help();
    return kUsageError;
  }
  forget_variables_of_others(program, argv[1]);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // what --help and --version ask for
    std::cerr << "pantheon: " << usage_error(program, error) << "\n";
    return kUsageError;
  }
  return verbs.at(program.get_subcommands().front())();
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  if (sodium_init() < 0) {
    std::cerr << "pantheon: the system gives no random numbers; nothing can be signed\n";
    return kInternalError;
  }
  std::setvbuf(stdout, nullptr, _IOLBF,
               BUFSIZ);  // whoever reads our output through a pipe sees each line at once
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "pantheon: unexpected error: " << error.what() << "\n";
    return kInternalError;
  }
}

}  // namespace pantheon::cli
