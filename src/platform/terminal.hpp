#pragma once

#include <string_view>

namespace pantheon::platform {

/// Whether standard output is a terminal that a person looks at.
bool stdout_is_terminal();

/// Whether standard input is a terminal that a person types at.
bool stdin_is_terminal();

/// The keyboard as a file descriptor of its own, or -1 where there is none. The caller closes it. It is not a
/// duplicate of standard input: making that one non-blocking would make standard output non-blocking too.
int open_keyboard();

/// Whether `terminal` is this process's, but another job has it now: reading from it fails (termios(3)).
bool another_job_has(int terminal);

/// Columns of the terminal; 80 where that is unknown.
unsigned terminal_columns();

/// Whether to colour: a terminal, $NO_COLOR not set, $TERM not "dumb".
bool stdout_has_colour();

}  // namespace pantheon::platform
