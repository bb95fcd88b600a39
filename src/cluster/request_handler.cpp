#include "cluster/request_handler.hpp"

#include <utility>

#include "socketio/server.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

socketio::Selection selection_of(Targets targets) {
  return {std::move(targets.rooms), std::move(targets.except)};
}

json::array names(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

/// Answers a server-side event once: with what a handler acknowledges or, when no handler will any more, with
/// null, so that nobody waits for a server that has nothing to say.
class OneAnswer {
 public:
  OneAnswer(std::string id, Respond respond) : id_(std::move(id)), respond_(std::move(respond)) {}
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() { give(nullptr); }
  void give(json::value value) {
    if (const auto respond = std::exchange(respond_, nullptr))
      respond({id_, ServerSideEmitResponse{std::move(value)}});
  }

 private:
  std::string id_;
  Respond respond_;
};

/// One request of one type after another.
struct Handler {
  socketio::Namespace& nsp;
  const std::string& id;
  const Respond& respond;

  void operator()(const SocketsRequest& request) const {
    json::array ids;
    for (const auto& socket : nsp.select({request.rooms, {}}).sockets()) ids.emplace_back(socket->id());
    respond({id, SocketsResponse{std::move(ids)}});
  }

  void operator()(const AllRoomsRequest&) const { respond({id, RoomsResponse{nsp.room_names()}}); }

  void operator()(JoinRequest& request) const {
    if (request.to) return nsp.select(selection_of(std::move(*request.to))).local().join(request.rooms);
    with_socket(request.socket_id, [&](socketio::Socket& socket) {
      for (const auto& room : request.rooms) socket.join(room);
    });
  }

  void operator()(LeaveRequest& request) const {
    if (request.to) return nsp.select(selection_of(std::move(*request.to))).local().leave(request.rooms);
    with_socket(request.socket_id, [&](socketio::Socket& socket) {
      for (const auto& room : request.rooms) socket.leave(room);
    });
  }

  void operator()(DisconnectRequest& request) const {
    if (request.to) return nsp.select(selection_of(std::move(*request.to))).local().disconnect(request.close);
    with_socket(request.socket_id, [&](socketio::Socket& socket) { socket.disconnect(request.close); });
  }

  void operator()(FetchRequest& request) const {
    json::array sockets;
    for (const auto& socket : nsp.select(selection_of(std::move(request.to))).sockets()) {
      auto seen = nsp.describe(*socket);
      sockets.push_back(json::object{{"id", seen.id},
                                     {"handshake", std::move(seen.handshake)},
                                     {"rooms", names(seen.rooms)},
                                     {"data", std::move(seen.data)}});
    }
    respond({id, SocketsResponse{std::move(sockets)}});
  }

  void operator()(ServerSideEmitRequest& request) const {
    socketio::Event event;
    event.name = request.data.front().is_string() ? std::string(request.data.front().get_string())
                                                  : core::serialize_json(request.data.front());
    event.raw = std::make_shared<const std::string>(core::serialize_json(request.data));
    request.data.erase(request.data.begin());
    event.args = std::move(request.data);
    if (!id.empty()) {
      event.acknowledge = [answer = std::make_shared<OneAnswer>(id, respond)](
                              json::array args, const std::vector<core::ByteVector>&) {
        answer->give(args.empty() ? json::value() : std::move(args.front()));
      };
    }
    nsp.receive_server_side(event);
  }

  void operator()(BroadcastRequest& request) const {
    const auto answered = [id = id, respond = respond](socketio::Answer answer) {
      auto value = answer.args.empty() ? json::value() : std::move(answer.args.front());
      respond({id, ClientAckResponse{std::move(value), std::move(answer.attachments)}});
    };
    const auto packet = packet_of(request.nsp, std::move(request.event));
    const auto count =
        nsp.select(selection_of(std::move(request.to))).local().ask_local(packet, request.timeout, answered);
    respond({id, ClientCountResponse{count}});
  }

 private:
  /// Commands of older servers, who wait for the one that has the socket.
  template <class Action>
  void with_socket(const std::string& socket_id, Action action) const {
    const auto socket = nsp.find(socket_id);
    if (!socket) return;
    action(*socket);
    respond({id, DoneResponse{}});
  }
};

}  // namespace

socketio::Packet packet_of(std::string_view nsp, EventData event) {
  socketio::Packet packet;
  packet.type = event.attachments.empty() ? socketio::PacketType::event : socketio::PacketType::binary_event;
  packet.nsp = nsp;
  packet.payload = core::serialize_json(event.data);
  packet.attachment_count = event.attachments.size();
  packet.attachments = std::move(event.attachments);
  return packet;
}

void handle_request(socketio::Namespace& nsp, Request request, const Respond& respond) {
  std::visit(Handler{nsp, request.id, respond}, request.body);
}

}  // namespace pantheon::cluster
