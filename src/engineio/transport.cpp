#include "engineio/transport.hpp"

namespace pantheon::engineio {
namespace {

// Also when a coroutine that was given it is never started.
std::shared_ptr<Transport> aborted_at_last(std::shared_ptr<Transport> transport) {
  auto* const seen = transport.get();
  return {seen, [kept = std::move(transport)](Transport* ended) { ended->abort(); }};
}

asio::awaitable<void> close(std::shared_ptr<Transport> transport) {
  co_await transport->close();
}

}  // namespace

void close_in_background(core::TaskGroup& tasks, std::shared_ptr<Transport> transport) {
  tasks.spawn(close(aborted_at_last(std::move(transport))));
}

asio::awaitable<core::Result<void>> Transport::receive_each(Sink sink) {
  for (;;) {
    const auto packet = co_await receive();
    if (!packet) co_return core::failure(packet.error());
    const core::Result<PacketView> view(*packet);
    if (!sink(view)) co_return core::Result<void>();
  }
}

}  // namespace pantheon::engineio
