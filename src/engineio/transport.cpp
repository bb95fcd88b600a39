#include "engineio/transport.hpp"

namespace pantheon::engineio {

asio::awaitable<core::Result<void>> Transport::receive_each(Sink sink) {
  for (;;) {
    const auto packet = co_await receive();
    if (!packet) co_return core::failure(packet.error());
    const core::Result<PacketView> view(*packet);
    if (!sink(view)) co_return core::Result<void>();
  }
}

}  // namespace pantheon::engineio
