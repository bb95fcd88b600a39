#pragma once

#include <string>
#include <string_view>

namespace pantheon::core {

/// Appends text as a JSON string (RFC 8259, section 7), as core::json would write it. For documents that are
/// written so often that building them first would cost more than all the rest.
void append_json_string(std::string& out, std::string_view text);
/// Appends `"name":` and the text as a JSON string; a comma before it, unless it is the first of its object.
/// The name is written as it is: it must need no escape.
void append_json_member(std::string& out, std::string_view name, std::string_view text);
/// The same with a value that is JSON text already.
void append_raw_json_member(std::string& out, std::string_view name, std::string_view json_text);

}  // namespace pantheon::core
