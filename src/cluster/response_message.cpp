#include "cluster/message_fields.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

core::Result<Response> client_count(std::string id, const json::object& object) {
  const auto count = core::get_integer(object, "clientCount");
  if (!count || *count < 0) return core::failure(bad_message("clientCount"));
  return Response{std::move(id), ClientCountResponse{static_cast<std::uint64_t>(*count)}};
}

const json::value& member_or_null(const json::object& object, std::string_view key) {
  static const json::value null;
  const auto* value = object.if_contains(key);
  return value == nullptr ? null : *value;
}

/// Answers without a type are told apart by what they carry.
core::Result<Response> untyped(std::string id, const json::object& object) {
  if (object.contains("sockets")) {
    const auto* sockets = core::get_array(object, "sockets");
    if (sockets == nullptr) return core::failure(bad_message("sockets"));
    return Response{std::move(id), SocketsResponse{*sockets}};
  }
  if (object.contains("rooms")) {
    auto rooms = names_of(object, "rooms");
    if (!rooms) return core::failure(rooms.error());
    return Response{std::move(id), RoomsResponse{std::move(*rooms)}};
  }
  return Response{std::move(id), DoneResponse{}};
}

struct ResponseBodyWriter {
  json::object& out;
  void type(RequestType type) const { out["type"] = static_cast<int>(type); }

  void operator()(const DoneResponse&) const {}
  void operator()(const SocketsResponse& body) const { out["sockets"] = body.sockets; }
  void operator()(const RoomsResponse& body) const { out["rooms"] = to_json(body.rooms); }
  void operator()(const ServerSideEmitResponse& body) const {
    type(RequestType::server_side_emit);
    out["data"] = body.data;
  }
  void operator()(const ClientCountResponse& body) const {
    type(RequestType::broadcast_client_count);
    out["clientCount"] = body.count;
  }
  void operator()(const ClientAckResponse& body) const {
    type(RequestType::broadcast_ack);
    out["packet"] = body.value;
  }
};

}  // namespace

core::Result<Response> decode_response(core::ByteView message) {
  auto packed = read_value(message);
  if (!packed) return core::failure(packed.error());
  const auto* object = packed->value.if_object();
  if (object == nullptr) return core::failure(bad_message("not a response"));
  auto id = text_of(*object, "requestId");
  if (!id || id->empty()) return core::failure(bad_message("requestId"));
  const auto* type = object->if_contains("type");
  if (type == nullptr) return untyped(std::move(*id), *object);
  switch (core::get_integer(*object, "type").value_or(-1)) {
    case static_cast<int>(RequestType::server_side_emit):
      return Response{std::move(*id), ServerSideEmitResponse{member_or_null(*object, "data")}};
    case static_cast<int>(RequestType::broadcast_client_count):
      return client_count(std::move(*id), *object);
    case static_cast<int>(RequestType::broadcast_ack):
      return Response{std::move(*id),
                      ClientAckResponse{member_or_null(*object, "packet"), std::move(packed->attachments)}};
    default:
      return core::failure(bad_message("type of a response"));
  }
}

core::ByteVector encode(const Response& response) {
  json::object out{{"requestId", response.id}};
  std::visit(ResponseBodyWriter{out}, response.body);
  if (const auto* ack = std::get_if<ClientAckResponse>(&response.body))
    return to_msgpack(out, ack->attachments);
  const auto text = core::serialize_json(out);
  const auto bytes = core::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace pantheon::cluster
