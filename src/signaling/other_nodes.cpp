#include "signaling/other_nodes.hpp"

#include <algorithm>

#include "signaling/cluster_codes.hpp"

namespace pantheon::signaling {

void answer_requests(const SharedParts& parts, cluster::Messenger& nodes, ClusterPeers& peers) {
  parts.legacy.reach(parts.directory, nodes);
  peers.on_legacy(
      [legacy = &parts.legacy](Member& to, std::string_view event, const core::json::object& payload) {
        legacy->signal_from_elsewhere(to, event, payload);
      });
  nodes.on_request(
      [pairing = &parts.pairing, legacy = &parts.legacy](std::string, core::json::object request) {
        if (LegacyRelay::is_of_another_node(request))
          return LegacyRelay::answer_another_node(*legacy, std::move(request));
        return ClusterCodes::answer(*pairing, std::move(request));
      });
}

boost::asio::awaitable<core::Result<void>> OtherNodes::check_hello(std::string, std::string, std::string) {
  co_return core::Result<void>();
}

std::chrono::milliseconds longest_request(const Options& options) {
  constexpr std::chrono::seconds kOnTheWay{5};
  const std::chrono::milliseconds pairing = options.pairing_answer_timeout;
  return std::max(pairing, options.legacy_request_timeout) + kOnTheWay;
}

}  // namespace pantheon::signaling
