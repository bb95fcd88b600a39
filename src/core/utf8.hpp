#pragma once

#include <string_view>

namespace pantheon::core {

/// RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace pantheon::core
