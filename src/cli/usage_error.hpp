#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pantheon::cli {

/// What is wrong with a command line that the program could not parse, in one line for people: what was
/// typed, what was probably meant, and where the options are listed.
std::string usage_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace pantheon::cli
