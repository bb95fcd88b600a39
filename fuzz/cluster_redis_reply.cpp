// links: pantheon_cluster
#include <algorithm>
#include <cstdint>

#include "cluster/redis_reply.hpp"

// The first byte says where the stream of the others is cut in two.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto cut = std::min<std::size_t>(data[0], bytes.size());
  pantheon::cluster::RedisReplyReader reader;
  for (const auto part : {bytes.substr(0, cut), bytes.substr(cut)}) {
    if (!reader.feed(part)) return 0;
    for (auto reply = reader.next();; reply = reader.next()) {
      if (!reply) return 0;
      if (!*reply) break;
    }
  }
  return 0;
}
