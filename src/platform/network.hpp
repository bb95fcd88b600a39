#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace pantheon::platform {

/// IPv4 addresses by which other devices of the local network may reach this machine, likeliest first: the
/// one of the default route, then other interfaces that are up, tunnels last; never loopback, never bridges
/// of containers.
std::vector<std::string> lan_addresses();

/// An address of this machine, and what it belongs to.
struct InterfaceAddress {
  std::string interface;
  std::string address;
  bool tunnel = false;  ///< point to point, as of a VPN: no other device of the local network is behind it
};
/// The addresses, likeliest first, by the kernel's table of routes (proc(5), /proc/net/route).
std::vector<std::string> likeliest_first(std::vector<InterfaceAddress> addresses, std::istream& routes);

/// The name of this machine, for people.
std::string host_name();

/// "linux", "macos" ...
std::string platform_name();

}  // namespace pantheon::platform
