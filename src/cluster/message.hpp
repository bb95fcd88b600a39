#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"

/// Messages between Socket.IO servers on the wire format of @socket.io/redis-adapter 8 and
/// @socket.io/redis-emitter 5, without I/O. What is decoded comes from other programs: everything malformed
/// is `bad_cluster_message`, `cluster_message_too_large` or `unknown_cluster_request`, never an exception.
namespace pantheon::cluster {

/// Longest message that is read.
inline constexpr core::Bytes kMaxMessage{4 * 1024 * 1024};

/// Which sockets are meant: those in any of the rooms (none named: all), but in none of `except`.
struct Targets {
  std::vector<std::string> rooms;
  std::vector<std::string> except;
  bool operator==(const Targets&) const = default;
};

/// An event: its name, then its arguments; binary stands in `attachments` (socketio::placeholder).
struct EventData {
  core::json::array data;
  std::vector<core::ByteVector> attachments;
};

/// An event to sockets of all servers.
struct Broadcast {
  std::string uid;  ///< of the server that sent it, "emitter" for the emitter
  std::string nsp;
  EventData event;
  Targets to;
  bool is_volatile = false;
};

core::Result<Broadcast> decode_broadcast(core::ByteView message);
core::ByteVector encode(const Broadcast& broadcast);

enum class RequestType : std::uint8_t {
  sockets,
  all_rooms,
  remote_join,
  remote_leave,
  remote_disconnect,
  remote_fetch,
  server_side_emit,
  broadcast,
  broadcast_client_count,
  broadcast_ack,
};

/// Ids of the sockets in any of the rooms.
struct SocketsRequest {
  std::vector<std::string> rooms;
};
struct AllRoomsRequest {};
/// Sockets join rooms; those without `to` are meant by id, and only then an answer is awaited (older
/// servers).
struct JoinRequest {
  std::optional<Targets> to;
  std::string socket_id;
  std::vector<std::string> rooms;
};
struct LeaveRequest {
  std::optional<Targets> to;
  std::string socket_id;
  std::vector<std::string> rooms;
};
struct DisconnectRequest {
  std::optional<Targets> to;
  std::string socket_id;
  bool close = false;  ///< the whole connection, not only this namespace
};
struct FetchRequest {
  Targets to;
};
/// An event to the servers themselves; answered when the request has an id.
struct ServerSideEmitRequest {
  core::json::array data;
};
/// A broadcast that every client acknowledges.
struct BroadcastRequest {
  std::string nsp;
  EventData event;
  Targets to;
  std::chrono::milliseconds timeout{0};
};

struct Request {
  std::string uid;  ///< of the server that asks; empty for the emitter's
  std::string id;   ///< empty when no answer is awaited
  std::variant<SocketsRequest, AllRoomsRequest, JoinRequest, LeaveRequest, DisconnectRequest, FetchRequest,
               ServerSideEmitRequest, BroadcastRequest>
      body;
};

core::Result<Request> decode_request(core::ByteView message);
core::ByteVector encode(const Request& request);

/// Answer to SocketsRequest (ids) and FetchRequest (objects with `id`, `handshake`, `rooms`, `data`).
struct SocketsResponse {
  core::json::array sockets;
};
struct RoomsResponse {
  std::vector<std::string> rooms;
};
/// The command for one socket was carried out.
struct DoneResponse {};
struct ServerSideEmitResponse {
  core::json::value data;
};
/// How many clients of this server were sent a BroadcastRequest.
struct ClientCountResponse {
  std::uint64_t count = 0;
};
/// What one of them answered.
struct ClientAckResponse {
  core::json::value value;
  std::vector<core::ByteVector> attachments;
};

struct Response {
  std::string id;  ///< of the request
  std::variant<DoneResponse, SocketsResponse, RoomsResponse, ServerSideEmitResponse, ClientCountResponse,
               ClientAckResponse>
      body;
};

core::Result<Response> decode_response(core::ByteView message);
core::ByteVector encode(const Response& response);

}  // namespace pantheon::cluster
