#pragma once

#include <cstddef>
#include <string_view>

namespace pantheon::core {

/// RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// The beginning of a UTF-8 text, so many bytes at most, without a part of a character at its end.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace pantheon::core
