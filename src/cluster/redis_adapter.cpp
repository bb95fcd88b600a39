#include "cluster/redis_adapter.hpp"

#include <unordered_map>

#include "cluster/channels.hpp"
#include "cluster/error.hpp"
#include "cluster/gathering.hpp"
#include "cluster/request_handler.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "socketio/server.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using socketio::Namespace;
using std::chrono::milliseconds;

Targets as_targets(const socketio::Selection& selection) {
  return {selection.rooms, selection.except};
}

/// The packet's event, taken out of its JSON text.
std::optional<EventData> event_of(const socketio::Packet& packet) {
  auto value = core::parse_json(packet.payload);
  if (!value || !value->is_array()) return std::nullopt;
  return EventData{std::move(value->get_array()), packet.attachments};
}

void log_malformed(const core::Error& error) {
  core::logger("cluster")->warn("a message of another server was ignored: {}", error.message());
}

}  // namespace

struct RedisAdapter::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor e, RedisClient& c, Options o)
      : executor(std::move(e)), client(&c), options(std::move(o)) {}

  Channels channels(const Namespace& nsp) const { return Channels(nsp.name(), options.prefix); }
  void receive_broadcast(Namespace& nsp, std::string_view channel, core::ByteView message) const;
  void receive_request(Namespace& nsp, core::ByteView message);
  void receive_response(core::ByteView message);
  core::Result<void> publish(const Namespace& nsp, const Request& request) const;
  void tell(const Namespace& nsp, decltype(Request::body) body) const;

  /// Asks all other servers and waits until they have answered, or until the time is over: then what has come
  /// is in the gathering, and it is not complete.
  static asio::awaitable<core::Result<std::shared_ptr<Gathering>>> ask(std::shared_ptr<State> self,
                                                                       Namespace& nsp,
                                                                       decltype(Request::body) body,
                                                                       milliseconds timeout);
  static asio::awaitable<core::Result<std::size_t>> server_count(std::shared_ptr<State> self,
                                                                 std::string channel);
  static asio::awaitable<void> wait_complete(std::shared_ptr<Gathering> gathering, milliseconds timeout);

  asio::any_io_executor executor;
  RedisClient* client;
  Options options;
  std::string uid = core::random_id();
  std::unordered_map<std::string, std::shared_ptr<Gathering>> requests;
};

void RedisAdapter::State::receive_broadcast(Namespace& nsp, std::string_view channel,
                                            core::ByteView message) const {
  const auto room = channels(nsp).room_of(channel);
  if (!room || (!room->empty() && nsp.room_size(*room) == 0)) return;
  auto broadcast = decode_broadcast(message);
  if (!broadcast) return log_malformed(broadcast.error());
  if (broadcast->uid == uid || broadcast->nsp != nsp.name()) return;
  auto to = nsp.select({std::move(broadcast->to.rooms), std::move(broadcast->to.except)}).local();
  if (broadcast->is_volatile) to.if_writable();
  to.emit_packet(packet_of(nsp.name(), std::move(broadcast->event)));
}

void RedisAdapter::State::receive_request(Namespace& nsp, core::ByteView message) {
  auto request = decode_request(message);
  if (!request) return log_malformed(request.error());
  if (request->uid == uid) return;
  const auto respond = [self = weak_from_this(),
                        channel = channels(nsp).response()](const Response& response) {
    const auto state = self.lock();
    if (state) static_cast<void>(state->client->publish(channel, encode(response)));
  };
  handle_request(nsp, std::move(*request), respond);
}

void RedisAdapter::State::receive_response(core::ByteView message) {
  auto response = decode_response(message);
  if (!response) return log_malformed(response.error());
  const auto request = requests.find(response->id);
  if (request == requests.end()) return;  // of another server, or too late
  const auto gathering = request->second;
  gathering->add(std::move(*response));
}

core::Result<void> RedisAdapter::State::publish(const Namespace& nsp, const Request& request) const {
  return client->publish(channels(nsp).request(), encode(request));
}

void RedisAdapter::State::tell(const Namespace& nsp, decltype(Request::body) body) const {
  static_cast<void>(publish(nsp, {uid, "", std::move(body)}));
}

asio::awaitable<core::Result<std::size_t>> RedisAdapter::State::server_count(std::shared_ptr<State> self,
                                                                             std::string channel) {
  std::vector<std::string> command{"PUBSUB", "NUMSUB", std::move(channel)};
  const auto reply = co_await self->client->command(std::move(command));
  if (!reply) co_return core::failure(reply.error());
  if (reply->elements.size() != 2 || reply->elements[1].integer < 0)
    co_return core::failure(ClusterError::bad_reply, "NUMSUB");
  co_return static_cast<std::size_t>(reply->elements[1].integer);
}

asio::awaitable<void> RedisAdapter::State::wait_complete(std::shared_ptr<Gathering> gathering,
                                                         milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!gathering->complete() && std::chrono::steady_clock::now() < deadline) {
    const bool alive = co_await gathering->changed.wait_until(deadline);
    if (!alive) co_return;
  }
}

asio::awaitable<core::Result<std::shared_ptr<Gathering>>> RedisAdapter::State::ask(
    std::shared_ptr<State> self, Namespace& nsp, decltype(Request::body) body, milliseconds timeout) {
  const auto servers = co_await server_count(self, self->channels(nsp).request());
  if (!servers) co_return core::failure(servers.error());
  const auto others = *servers == 0 ? 0 : *servers - 1;
  const auto gathering = std::make_shared<Gathering>(self->executor, others, self->options.max_gathered);
  if (others == 0) co_return gathering;
  if (self->requests.size() >= self->options.max_requests) co_return core::failure(ClusterError::queue_full);
  const auto id = core::random_id();
  // Forgotten also when the coroutine is cancelled.
  const std::shared_ptr<void> forget(nullptr, [self, id](void*) { self->requests.erase(id); });
  self->requests.emplace(id, gathering);
  if (auto sent = self->publish(nsp, {self->uid, id, std::move(body)}); !sent)
    co_return core::failure(sent.error());
  co_await wait_complete(gathering, timeout);
  co_return gathering;
}

RedisAdapter::RedisAdapter(asio::any_io_executor executor, RedisClient& client, Options options)
    : state_(std::make_shared<State>(std::move(executor), client, std::move(options))) {}
RedisAdapter::~RedisAdapter() = default;

void RedisAdapter::serve(Namespace& nsp) {
  auto* state = state_.get();
  const auto channels = state->channels(nsp);
  state->client->subscribe_pattern(channels.broadcast_pattern(),
                                   [state, &nsp](std::string_view channel, core::ByteView message) {
                                     state->receive_broadcast(nsp, channel, message);
                                   });
  const auto receive_response = [state](std::string_view, core::ByteView message) {
    state->receive_response(message);
  };
  state->client->subscribe(channels.response(), receive_response);
  state->client->subscribe(channels.response_to(state->uid), receive_response);
  state->client->subscribe(channels.request(), [state, &nsp](std::string_view, core::ByteView message) {
    state->receive_request(nsp, message);
  });
}

asio::awaitable<core::Result<std::size_t>> RedisAdapter::server_count(Namespace& nsp) {
  return State::server_count(state_, state_->channels(nsp).request());
}

void RedisAdapter::broadcast(Namespace& nsp, const socketio::Packet& packet, const socketio::Selection& to,
                             bool is_volatile) {
  auto event = event_of(packet);
  if (!event) return;
  const auto room = to.rooms.size() == 1 ? std::string_view(to.rooms.front()) : std::string_view();
  const auto message =
      encode(Broadcast{state_->uid, nsp.name(), std::move(*event), as_targets(to), is_volatile});
  static_cast<void>(state_->client->publish(state_->channels(nsp).broadcast(room), message));
}

void RedisAdapter::join(Namespace& nsp, const socketio::Selection& who,
                        const std::vector<std::string>& rooms) {
  state_->tell(nsp, JoinRequest{as_targets(who), "", rooms});
}

void RedisAdapter::leave(Namespace& nsp, const socketio::Selection& who,
                         const std::vector<std::string>& rooms) {
  state_->tell(nsp, LeaveRequest{as_targets(who), "", rooms});
}

void RedisAdapter::disconnect(Namespace& nsp, const socketio::Selection& who, bool close_transport) {
  state_->tell(nsp, DisconnectRequest{as_targets(who), "", close_transport});
}

void RedisAdapter::server_side_emit(Namespace& nsp, const json::array& event) {
  state_->tell(nsp, ServerSideEmitRequest{event});
}

asio::awaitable<socketio::BroadcastAnswers> RedisAdapter::request(Namespace& nsp, socketio::Packet packet,
                                                                  socketio::Selection to,
                                                                  milliseconds timeout) {
  socketio::BroadcastAnswers answers;
  auto event = event_of(packet);
  if (!event) co_return answers;
  BroadcastRequest request{nsp.name(), std::move(*event), as_targets(to), timeout};
  const auto gathered = co_await State::ask(state_, nsp, std::move(request), timeout);
  if (!gathered) co_return answers;
  answers.expected = (*gathered)->clients;
  answers.answers = std::move((*gathered)->client_answers);
  co_return answers;
}

asio::awaitable<core::Result<std::vector<socketio::RemoteSocket>>> RedisAdapter::fetch(
    Namespace& nsp, socketio::Selection who) {
  FetchRequest request{as_targets(who)};
  const auto gathered = co_await State::ask(state_, nsp, std::move(request), state_->options.request_timeout);
  if (!gathered) co_return core::failure(gathered.error());
  if (!(*gathered)->complete()) co_return core::failure(ClusterError::timeout);
  std::vector<socketio::RemoteSocket> sockets;
  for (const auto& description : (*gathered)->sockets) {
    auto socket = remote_socket(description);
    if (!socket) co_return core::failure(ClusterError::bad_message, "a socket");
    sockets.push_back(std::move(*socket));
  }
  co_return sockets;
}

asio::awaitable<core::Result<std::vector<std::string>>> RedisAdapter::rooms(Namespace& nsp) {
  AllRoomsRequest request;
  const auto gathered = co_await State::ask(state_, nsp, request, state_->options.request_timeout);
  if (!gathered) co_return core::failure(gathered.error());
  if (!(*gathered)->complete()) co_return core::failure(ClusterError::timeout);
  co_return std::move((*gathered)->rooms);
}

asio::awaitable<core::Result<std::vector<json::array>>> RedisAdapter::server_side_request(
    Namespace& nsp, json::array event, milliseconds timeout) {
  ServerSideEmitRequest request{std::move(event)};
  const auto gathered = co_await State::ask(state_, nsp, std::move(request), timeout);
  if (!gathered) co_return core::failure(gathered.error());
  if (!(*gathered)->complete()) co_return core::failure(ClusterError::timeout);
  std::vector<json::array> answers;
  for (auto& value : (*gathered)->server_answers) answers.push_back(json::array{std::move(value)});
  co_return answers;
}

}  // namespace pantheon::cluster
