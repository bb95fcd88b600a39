#include "socketio/adapter.hpp"

namespace pantheon::socketio {

void Adapter::broadcast(Namespace&, const Packet&, const Selection&, bool) {}

asio::awaitable<BroadcastAnswers> Adapter::request(Namespace&, Packet, Selection, std::chrono::milliseconds) {
  co_return BroadcastAnswers();
}

void Adapter::join(Namespace&, const Selection&, const std::vector<std::string>&) {}
void Adapter::leave(Namespace&, const Selection&, const std::vector<std::string>&) {}
void Adapter::disconnect(Namespace&, const Selection&, bool) {}

asio::awaitable<core::Result<std::vector<RemoteSocket>>> Adapter::fetch(Namespace&, Selection) {
  co_return std::vector<RemoteSocket>();
}

asio::awaitable<core::Result<std::vector<std::string>>> Adapter::rooms(Namespace&) {
  co_return std::vector<std::string>();
}

void Adapter::server_side_emit(Namespace&, const core::json::array&) {}

asio::awaitable<core::Result<std::vector<core::json::array>>> Adapter::server_side_request(
    Namespace&, core::json::array, std::chrono::milliseconds) {
  co_return std::vector<core::json::array>();
}

}  // namespace pantheon::socketio
