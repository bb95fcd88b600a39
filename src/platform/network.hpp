#pragma once

#include <string>
#include <vector>

namespace pantheon::platform {

/// IPv4 addresses by which other devices of the local network may reach this machine, likeliest first: the
/// one of the default route, then other interfaces that are up; never loopback, never bridges of containers.
std::vector<std::string> lan_addresses();

/// The name of this machine, for people.
std::string host_name();

/// "linux", "macos" ...
std::string platform_name();

}  // namespace pantheon::platform
