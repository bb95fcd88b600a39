#include "platform/network.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>
#include <utility>

namespace pantheon::platform {
namespace {

bool is_container_bridge(std::string_view name) {
  return name.starts_with("docker") || name.starts_with("veth") || name.starts_with("br-") ||
         name.starts_with("virbr");
}

struct Route {
  std::string interface;
  std::uint32_t metric = 0;
};

// Both halves of the network, as a VPN adds them beside the default route, begin with zeros too: the mask
// tells.
std::vector<Route> default_routes(std::istream& table) {
  std::vector<Route> routes;
  std::string line;
  std::getline(table, line);  // the heading
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    Route route;
    std::string destination;
    std::string skipped;
    std::string mask;
    fields >> route.interface >> destination >> skipped >> skipped >> skipped >> skipped >> route.metric >>
        mask;
    if (fields && destination == "00000000" && mask == "00000000") routes.push_back(std::move(route));
  }
  return routes;
}

}  // namespace

std::vector<std::string> likeliest_first(std::vector<InterfaceAddress> addresses, std::istream& routes) {
  const auto defaults = default_routes(routes);
  const auto rank = [&defaults](const InterfaceAddress& entry) {
    constexpr auto kNoDefault = std::numeric_limits<std::uint64_t>::max();
    auto metric = kNoDefault;
    for (const auto& route : defaults) {
      if (route.interface == entry.interface) metric = std::min<std::uint64_t>(metric, route.metric);
    }
    return std::pair(entry.tunnel, metric);
  };
  std::ranges::stable_sort(addresses, {}, rank);
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (auto& entry : addresses) texts.push_back(std::move(entry.address));
  return texts;
}

std::vector<std::string> lan_addresses() {
  std::vector<InterfaceAddress> addresses;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    if ((entry->ifa_flags & IFF_UP) == 0U || (entry->ifa_flags & IFF_LOOPBACK) != 0U) continue;
    if (is_container_bridge(entry->ifa_name)) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) == nullptr) continue;
    addresses.push_back({entry->ifa_name, text.data(), (entry->ifa_flags & IFF_POINTOPOINT) != 0U});
  }
  ::freeifaddrs(list);
  std::ifstream routes("/proc/net/route");
  return likeliest_first(std::move(addresses), routes);
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "this computer";
  return name.data();
}

std::string platform_name() {
#if defined(__APPLE__)
  return "macos";
#elif defined(__linux__)
  return "linux";
#else
  return "unknown";
#endif
}

}  // namespace pantheon::platform
