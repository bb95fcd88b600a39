#include <algorithm>

#include "cluster/error.hpp"
#include "cluster/message_fields.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

constexpr std::chrono::hours kMaxTimeout{1};

/// `opts`, which all requests about sockets have but those of older servers, who name one socket.
core::Result<std::optional<Targets>> optional_targets(const json::object& request) {
  const auto* opts = core::get_object(request, "opts");
  if (opts == nullptr) return std::optional<Targets>();
  auto targets = targets_of(*opts);
  if (!targets) return core::failure(targets.error());
  return std::optional<Targets>(std::move(*targets));
}

template <class Command>
core::Result<Command> room_command(const json::object& request) {
  Command command;
  auto to = optional_targets(request);
  if (!to) return core::failure(to.error());
  command.to = std::move(*to);
  auto rooms = names_of(request, "rooms");
  auto sid = text_of(request, "sid");
  auto room = text_of(request, "room");
  if (!rooms || !sid || !room) return core::failure(bad_message("rooms, sid or room"));
  command.rooms = std::move(*rooms);
  command.socket_id = std::move(*sid);
  if (!room->empty()) command.rooms.push_back(std::move(*room));
  if (!command.to && command.socket_id.empty()) return core::failure(bad_message("neither opts nor sid"));
  return command;
}

core::Result<DisconnectRequest> disconnect_command(const json::object& request) {
  auto to = optional_targets(request);
  if (!to) return core::failure(to.error());
  auto sid = text_of(request, "sid");
  if (!sid) return core::failure(sid.error());
  if (!*to && sid->empty()) return core::failure(bad_message("neither opts nor sid"));
  return DisconnectRequest{std::move(*to), std::move(*sid), core::get_bool(request, "close").value_or(false)};
}

core::Result<FetchRequest> fetch_request(const json::object& request) {
  auto to = optional_targets(request);
  if (!to) return core::failure(to.error());
  if (!*to) return core::failure(bad_message("opts"));
  return FetchRequest{std::move(**to)};
}

core::Result<ServerSideEmitRequest> server_side_emit(const json::object& request) {
  const auto* data = core::get_array(request, "data");
  if (data == nullptr || data->empty() || !name_of(data->front())) return core::failure(bad_message("data"));
  return ServerSideEmitRequest{*data};
}

core::Result<BroadcastRequest> broadcast_request(const json::object& request,
                                                 std::vector<core::ByteVector> attachments) {
  const auto* packet = core::get_object(request, "packet");
  const auto* opts = core::get_object(request, "opts");
  if (packet == nullptr || opts == nullptr) return core::failure(bad_message("packet or opts"));
  auto fields = packet_of(*packet);
  if (!fields) return core::failure(fields.error());
  auto to = targets_of(*opts);
  if (!to) return core::failure(to.error());
  const auto* flags = core::get_object(*opts, "flags");
  const auto timeout = flags == nullptr ? 0 : core::get_integer(*flags, "timeout").value_or(0);
  const std::chrono::milliseconds longest = kMaxTimeout;
  return BroadcastRequest{std::move(fields->nsp),
                          {std::move(fields->data), std::move(attachments)},
                          std::move(*to),
                          std::chrono::milliseconds(std::clamp<std::int64_t>(timeout, 0, longest.count()))};
}

/// The body that was read becomes the request's; gives the error otherwise.
template <class Body>
core::Result<Request> with_body(Request request, core::Result<Body> body) {
  if (!body) return core::failure(body.error());
  request.body = std::move(*body);
  return request;
}

void write_targets(json::object& out, const std::optional<Targets>& to, const std::string& socket_id) {
  if (to) out["opts"] = to_json(*to);
  if (!socket_id.empty()) out["sid"] = socket_id;
}

core::ByteVector to_bytes(const json::object& object) {
  const auto text = core::serialize_json(object);
  const auto bytes = core::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

/// Sets what is particular to a type.
struct RequestBodyWriter {
  json::object& out;
  void type(RequestType type) const { out["type"] = static_cast<int>(type); }

  void operator()(const SocketsRequest& body) const {
    type(RequestType::sockets);
    out["rooms"] = to_json(body.rooms);
  }
  void operator()(const AllRoomsRequest&) const { type(RequestType::all_rooms); }
  void operator()(const JoinRequest& body) const {
    type(RequestType::remote_join);
    rooms(body);
  }
  void operator()(const LeaveRequest& body) const {
    type(RequestType::remote_leave);
    rooms(body);
  }
  void operator()(const DisconnectRequest& body) const {
    type(RequestType::remote_disconnect);
    write_targets(out, body.to, body.socket_id);
    out["close"] = body.close;
  }
  void operator()(const FetchRequest& body) const {
    type(RequestType::remote_fetch);
    out["opts"] = to_json(body.to);
  }
  void operator()(const ServerSideEmitRequest& body) const {
    type(RequestType::server_side_emit);
    out["data"] = body.data;
  }
  void operator()(const BroadcastRequest& body) const {
    type(RequestType::broadcast);
    out["packet"] = to_packet(body.nsp, body.event.data);
    auto opts = to_json(body.to);
    opts["flags"] = json::object{{"timeout", body.timeout.count()}};
    out["opts"] = std::move(opts);
  }

 private:
  template <class Command>
  void rooms(const Command& body) const {
    write_targets(out, body.to, body.socket_id);
    if (body.to) {
      out["rooms"] = to_json(body.rooms);
    } else if (!body.rooms.empty()) {
      out["room"] = body.rooms.front();
    }
  }
};

}  // namespace

core::Result<Request> decode_request(core::ByteView message) {
  auto packed = read_value(message);
  if (!packed) return core::failure(packed.error());
  const auto* object = packed->value.if_object();
  if (object == nullptr) return core::failure(bad_message("not a request"));
  auto uid = text_of(*object, "uid");
  auto id = text_of(*object, "requestId");
  const auto type = core::get_integer(*object, "type");
  if (!uid || !id || !type) return core::failure(bad_message("uid, requestId or type"));
  Request request{std::move(*uid), std::move(*id), {}};
  switch (*type) {
    case static_cast<int>(RequestType::sockets): {
      auto rooms = names_of(*object, "rooms");
      if (!rooms) return core::failure(rooms.error());
      request.body = SocketsRequest{std::move(*rooms)};
      return request;
    }
    case static_cast<int>(RequestType::all_rooms):
      request.body = AllRoomsRequest{};
      return request;
    case static_cast<int>(RequestType::remote_join):
      return with_body(std::move(request), room_command<JoinRequest>(*object));
    case static_cast<int>(RequestType::remote_leave):
      return with_body(std::move(request), room_command<LeaveRequest>(*object));
    case static_cast<int>(RequestType::remote_disconnect):
      return with_body(std::move(request), disconnect_command(*object));
    case static_cast<int>(RequestType::remote_fetch):
      return with_body(std::move(request), fetch_request(*object));
    case static_cast<int>(RequestType::server_side_emit):
      return with_body(std::move(request), server_side_emit(*object));
    case static_cast<int>(RequestType::broadcast):
      return with_body(std::move(request), broadcast_request(*object, std::move(packed->attachments)));
    default:
      return core::failure(ClusterError::unknown_request, std::to_string(*type));
  }
}

core::ByteVector encode(const Request& request) {
  json::object out;
  if (!request.uid.empty()) out["uid"] = request.uid;
  if (!request.id.empty()) out["requestId"] = request.id;
  std::visit(RequestBodyWriter{out}, request.body);
  if (const auto* broadcast = std::get_if<BroadcastRequest>(&request.body)) {
    return to_msgpack(out, broadcast->event.attachments);
  }
  return to_bytes(out);
}

}  // namespace pantheon::cluster
