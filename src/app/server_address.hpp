#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::app {

/// The origin of a signaling server as a person writes it, `https://signal.example.org/`: scheme and host in
/// lower case, without the default port and the slash at the end. Paths are appended to it, and what is
/// stored about the server is found under it. `server_address_invalid` for anything but an http(s) address
/// without path, query and user name.
core::Result<std::string> server_origin(std::string_view text);

/// Whether a web page can have this origin, or it is `*`, for all of them.
bool is_page_origin(std::string_view text);

}  // namespace pantheon::app
