#include "http/connection_pool.hpp"

#include <algorithm>

namespace pantheon::http {
namespace {

// An idle connection has nothing to say; if it is readable, the server has closed it or broken the protocol.
bool is_quiet(Stream& stream) {
  boost::system::error_code error;
  char byte = 0;
  stream.socket().non_blocking(true, error);
  if (error) return false;
  stream.socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
  return error == asio::error::would_block;
}

}  // namespace

void ConnectionPool::drop_old() {
  const auto oldest = std::chrono::steady_clock::now() - options_.idle_timeout;
  idle_.remove_if([&](const Idle& entry) { return entry.since < oldest; });
}

std::unique_ptr<Stream> ConnectionPool::take(const std::string& origin) {
  drop_old();
  for (;;) {
    // The youngest is the likeliest to be alive.
    const auto found =
        std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& e) { return e.origin == origin; });
    if (found == idle_.rend()) return nullptr;
    auto stream = std::move(found->stream);
    idle_.erase(std::next(found).base());
    if (is_quiet(*stream)) return stream;
  }
}

void ConnectionPool::put(std::string origin, std::unique_ptr<Stream> stream) {
  drop_old();
  const auto same =
      std::count_if(idle_.begin(), idle_.end(), [&](const Idle& e) { return e.origin == origin; });
  if (static_cast<std::size_t>(same) >= options_.max_idle_per_host || options_.max_idle == 0) return;
  if (idle_.size() >= options_.max_idle) idle_.pop_front();
  idle_.push_back({std::move(origin), std::move(stream), std::chrono::steady_clock::now()});
}

}  // namespace pantheon::http
