#include "cluster/redis_url.hpp"

#include <boost/url.hpp>
#include <charconv>

#include "cluster/error.hpp"

namespace pantheon::cluster {
namespace {

constexpr int kMaxDatabase = 1023;

core::Result<int> database_of(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return 0;
  int number = -1;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc() || end != path.data() + path.size() || number < 0 || number > kMaxDatabase)
    return core::failure(ClusterError::bad_url, "the database is a number");
  return number;
}

}  // namespace

core::Result<RedisUrl> parse_redis_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return core::failure(ClusterError::bad_url);
  const bool tls = parsed->scheme() == "rediss";
  if (!(tls || parsed->scheme() == "redis") || parsed->encoded_host().empty())
    return core::failure(ClusterError::bad_url);
  RedisUrl url;
  url.tls = tls;
  url.host = parsed->host_type() == boost::urls::host_type::ipv6 ? parsed->host_ipv6_address().to_string()
                                                                 : parsed->host();
  if (parsed->has_port()) {
    url.port = parsed->port_number();
    if (url.port == 0) return core::failure(ClusterError::bad_url, "port");
  }
  url.user = parsed->user();
  url.password = parsed->password();
  const auto database = database_of(parsed->encoded_path());
  if (!database) return core::failure(database.error());
  url.database = *database;
  return url;
}

}  // namespace pantheon::cluster
