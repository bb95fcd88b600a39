#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace pantheon::cli {

/// Adds a verb to the program; the returned function runs it and gives the exit code.
using Verb = std::function<int()>;
Verb add_up(CLI::App& program);
Verb add_host(CLI::App& program);
Verb add_signal(CLI::App& program);

}  // namespace pantheon::cli
