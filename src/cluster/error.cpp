#include "cluster/error.hpp"

#include <array>

namespace pantheon::cluster {
namespace {

// In the order of ClusterError.
constexpr std::array<core::ErrorRow, 13> kRows{{
    {"bad_cluster_message", 400, 76,
     "A message between Socket.IO servers is malformed; check that all of them use @socket.io/redis-adapter "
     "8."},
    {"cluster_message_too_large", 413, 76, "A message between Socket.IO servers is larger than allowed."},
    {"unknown_cluster_request", 400, 76,
     "A request between Socket.IO servers is of an unknown type; check their versions."},
    {"bad_redis_url", 400, 64, "REDIS_URL is redis[s]://[user][:password]@host[:port][/database]; check it."},
    {"cluster_unavailable", 503, 75,
     "Redis cannot be reached, so other nodes cannot either; local traffic goes on, try again later."},
    {"cluster_queue_full", 503, 75, "Redis does not take messages fast enough; some were dropped."},
    {"cluster_timeout", 504, 75, "Redis or another node did not answer in time; try again."},
    {"bad_redis_reply", 502, 76,
     "Redis answered with something that is not its protocol; check the address."},
    {"redis_refused", 502, 69, "Redis refused a command; check its version (7) and the user's permissions."},
    {"redis_login_refused", 502, 77, "Redis refused user, password or database; check REDIS_URL."},
    {"redis_tls_failed", 502, 69,
     "No secure connection to Redis; check that its certificate is for the host of REDIS_URL and signed by "
     "an authority in REDIS_CA, and whether it asks for one of ours (REDIS_CERT, REDIS_KEY)."},
    {"other_cluster", 409, 78,
     "The nodes on this Redis are another server; start all of them with the same data folder (--data), or "
     "all with --devices=off, or give each server a Redis database of its own."},
    {"cluster_stopped", 503, 75, "This node is shutting down; connect again to reach another one."},
}};

}  // namespace

const core::ErrorRow& row(ClusterError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> cluster_error_rows() {
  return kRows;
}

}  // namespace pantheon::cluster
