#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "http/request_reader.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"

namespace pantheon::http {

/// A connection on its way to another server, with the request that is to be answered there.
struct HandedOver {
  std::unique_ptr<Stream> stream;
  bool secure = false;
  asio::ip::address remote;
  RequestReader::Head head;
  RequestReader::Saved read;  ///< from the stream, and not used yet
  std::size_t served = 0;     ///< requests of the connection until now
};
using TakeOver = std::function<void(HandedOver)>;

/// What all connections of a server share. Not changed while they run.
struct Site {
  ServerOptions options;
  Router router;
  std::vector<Server::BeforeHook> before;
  std::vector<Server::AfterHook> after;
  std::function<TakeOver(const Request&)> elsewhere = {};  ///< empty for requests that are answered here
};

/// Serves one connection, of a client at `remote`, to its end.
asio::awaitable<void> serve_connection(std::shared_ptr<const Site> site, std::unique_ptr<Stream> stream,
                                       bool secure, asio::ip::address remote);
/// The same from a request on that came to another server.
asio::awaitable<void> serve_handed_over(std::shared_ptr<const Site> site, HandedOver from);

}  // namespace pantheon::http
