#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::cluster {

/// Where a Redis server is and who we are there.
struct RedisUrl {
  bool tls = false;  ///< `rediss://`
  std::string host;
  std::uint16_t port = 6379;
  std::string user;  ///< empty: the default user
  std::string password;
  int database = 0;
};

/// `redis://[user][:password]@host[:port][/database]`, percent-encoded where needed, or the same with
/// `rediss` for TLS; `bad_redis_url`, which never repeats the URL.
core::Result<RedisUrl> parse_redis_url(std::string_view text);

}  // namespace pantheon::cluster
