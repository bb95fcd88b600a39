#include "cluster/gathering.hpp"

#include <algorithm>

#include "cluster/message_fields.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

struct Adder {
  Gathering& to;

  bool has_room(std::size_t size) const { return size < to.max_gathered; }

  void operator()(DoneResponse&) const { ++to.answered; }
  void operator()(SocketsResponse& body) const {
    ++to.answered;
    for (auto& socket : body.sockets) {
      if (has_room(to.sockets.size())) to.sockets.push_back(std::move(socket));
    }
  }
  void operator()(RoomsResponse& body) const {
    ++to.answered;
    for (auto& room : body.rooms) {
      if (has_room(to.rooms.size())) to.rooms.push_back(std::move(room));
    }
  }
  void operator()(ServerSideEmitResponse& body) const {
    ++to.answered;
    if (has_room(to.server_answers.size())) to.server_answers.push_back(std::move(body.data));
  }
  void operator()(const ClientCountResponse& body) const {
    ++to.answered;
    to.clients += std::min<std::size_t>(body.count, to.max_gathered);
  }
  void operator()(ClientAckResponse& body) const {
    if (has_room(to.client_answers.size()))
      to.client_answers.push_back({json::array{std::move(body.value)}, std::move(body.attachments)});
  }
};

}  // namespace

void Gathering::add(Response response) {
  std::visit(Adder{*this}, response.body);
  changed.notify();
}

std::optional<socketio::RemoteSocket> remote_socket(const json::value& description) {
  const auto* object = description.if_object();
  if (object == nullptr) return std::nullopt;
  const auto id = text_of(*object, "id");
  auto rooms = names_of(*object, "rooms");
  if (!id || id->empty() || !rooms) return std::nullopt;
  socketio::RemoteSocket socket{*id, {}, std::move(*rooms), {}};
  if (const auto* handshake = core::get_object(*object, "handshake")) socket.handshake = *handshake;
  if (const auto* data = object->if_contains("data")) socket.data = *data;
  return socket;
}

}  // namespace pantheon::cluster
