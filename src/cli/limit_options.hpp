#pragma once

#include "app/signaling_server.hpp"
#include "cli/option_table.hpp"

namespace pantheon::cli {

/// Sizes and numbers that `pantheon signal` is bounded by. The limits must outlive the rows.
OptionGroup limit_options(signaling::Limits& limits);
/// How often clients may do what.
OptionGroup rate_options(signaling::Limits& limits);

}  // namespace pantheon::cli
