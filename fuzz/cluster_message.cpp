// links: pantheon_cluster
#include <cstdint>
#include <cstdlib>

#include "cluster/message.hpp"

namespace {

namespace core = pantheon::core;
namespace cluster = pantheon::cluster;

// What is accepted must be accepted again after it is written anew.
void check(core::ByteView message) {
  if (const auto broadcast = cluster::decode_broadcast(message)) {
    const auto again = cluster::decode_broadcast(cluster::encode(*broadcast));
    if (!again || again->to != broadcast->to || again->nsp != broadcast->nsp) std::abort();
  }
  if (const auto request = cluster::decode_request(message)) {
    const auto again = cluster::decode_request(cluster::encode(*request));
    if (!again || again->id != request->id || again->body.index() != request->body.index()) std::abort();
  }
  if (const auto response = cluster::decode_response(message)) {
    const auto again = cluster::decode_response(cluster::encode(*response));
    if (!again || again->id != response->id || again->body.index() != response->body.index()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});
  return 0;
}
