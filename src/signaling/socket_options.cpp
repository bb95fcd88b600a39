#include "signaling/socket_options.hpp"

#include <algorithm>

#include "signaling/shard_group.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::size_t kToldFull = 512;  // at one time
constexpr std::size_t kOtherAcks = 8;   // pairings, whose voucher is a host that may be busy
// Whoever opens a session and does not sign in holds a place of others.
constexpr std::chrono::seconds kConnectTimeout{20};
constexpr double kLeastEventsPerSecond = 500;
constexpr double kLeastEventBurst = 2000;

}  // namespace

socketio::ServerOptions socket_options(const Options& given) {
  const auto& limits = given.limits;
  socketio::ServerOptions options;
  if (given.shards) options.sid_prefix = std::string(1, ShardGroup::sid_mark(given.shard));
  const auto largest =
      std::max({limits.max_signal.count, limits.max_models.count, limits.max_legacy_message.count});
  options.max_payload = core::Bytes{largest + 64 * 1024};
  options.max_payload_before_join = kLargestFromStrangers;
  options.max_attachments = 1;
  options.max_namespaces = 1;
  options.keep_handshakes = false;
  options.max_pending_acks = limits.max_legacy_requests_of_host + kOtherAcks;
  options.max_send_queue = limits.max_send_queue;
  // Who comes to a full server is told so, which takes a connection.
  options.max_connections = limits.max_sockets + kToldFull;
  options.max_polling = limits.max_polling;
  options.connect_timeout = kConnectTimeout;
  // Beyond all limits of events; whoever reaches it gets no further answers.
  options.max_events_per_second = std::max(kLeastEventsPerSecond, limits.events_per_second * 10);
  options.event_burst = std::max(kLeastEventBurst, limits.events_per_second * 40);
  return options;
}

}  // namespace pantheon::signaling
