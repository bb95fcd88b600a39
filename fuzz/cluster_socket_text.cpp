// links: pantheon_cluster
#include <cstdint>
#include <cstdlib>

#include "cluster/socket_text.hpp"

// What is accepted must be accepted again, and mean the same, after it is written anew.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace cluster = pantheon::cluster;
  const auto text = cluster::parse_socket_text({data, size});
  if (!text) return 0;
  const auto written = cluster::serialize_socket_text(*text);
  const auto again = cluster::parse_socket_text(pantheon::core::as_bytes(written));
  if (!again || again->account != text->account || again->socket_id != text->socket_id ||
      again->from_device != text->from_device || again->from_socket != text->from_socket ||
      again->text != text->text) {
    std::abort();
  }
  return 0;
}
