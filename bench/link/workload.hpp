#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/json.hpp"
#include "link/measure.hpp"
#include "link/source.hpp"

namespace pantheon::bench {

/// Streams at a pace; each starts at a random phase.
struct TokenLoad {
  unsigned streams = 1;
  double rate = 100;      ///< tokens a second of each stream
  unsigned tokens = 500;  ///< of each stream
  int watched_pid = 0;    ///< a process whose processor time counts, too
};
/// `{ tokens, failed, error, delay_ms, client_cpu_s, watched_cpu_s }`: time from the engine's emission of
/// each token to its arrival here.
asio::awaitable<core::json::object> measure_tokens(Source& source, TokenLoad load);

/// `{ first_token_ms }`: requests one after the other, each from its start to its first token, which the
/// engine emits at once.
asio::awaitable<core::json::object> measure_first_token(Source& source, unsigned count);

/// `{ mib_per_second }` of one answer, from its first byte to its last.
asio::awaitable<core::json::object> measure_bulk(Source& source, std::string path, std::string body);

/// `{ connect_ms }`: links to a device one after the other, each from the dial to a verified binding.
asio::awaitable<core::json::object> measure_connects(Device& device, std::string to, unsigned count);

}  // namespace pantheon::bench
