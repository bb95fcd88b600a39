#include "engineio/client.hpp"

#include "engineio/handshake.hpp"
#include "http/deadline.hpp"
#include "http/websocket_client.hpp"

namespace pantheon::engineio {
namespace {

asio::awaitable<core::Result<Opening>> receive_opening(Transport& transport, asio::any_io_executor executor,
                                                       std::chrono::milliseconds timeout) {
  http::Deadline deadline(executor, [&transport] { transport.abort(); });
  deadline.arm(timeout);
  const auto packet = co_await transport.receive();
  if (deadline.expired()) co_return core::failure(http::HttpError::connect_timeout);
  if (!packet) co_return core::failure(packet.error());
  if (packet->type != PacketType::open || packet->binary)
    co_return core::failure(EngineioError::bad_open_packet);
  co_return decode_opening(packet->data);
}

}  // namespace

asio::awaitable<core::Result<std::shared_ptr<Connection>>> connect(std::shared_ptr<core::TaskGroup> tasks,
                                                                   ClientOptions options) {
  auto url = http::parse_url(options.url);
  if (!url) co_return core::failure(url.error());
  url->target = options.path + "?EIO=4&transport=websocket";
  http::WebSocketLimits limits;
  limits.max_message = options.max_payload;
  limits.connect_timeout = options.connect_timeout;
  limits.verify_certificates = options.verify_certificates;
  limits.ca_file = options.ca_file;
  auto socket = co_await http::connect_websocket(tasks->executor(), *url, options.headers, std::move(limits));
  if (!socket) co_return core::failure(socket.error());
  auto transport = websocket_transport(std::move(*socket));
  const auto opening = co_await receive_opening(*transport, tasks->executor(), options.connect_timeout);
  if (!opening) co_return core::failure(opening.error());
  const Session::Timing timing{opening->ping_interval, opening->ping_timeout};
  co_return std::make_shared<Connection>(opening->sid, Role::client, timing, std::move(transport), tasks,
                                         options.queue);
}

}  // namespace pantheon::engineio
