#include "core/async_event.hpp"
#include "core/utf8.hpp"
#include "signaling/error.hpp"
#include "signaling/legacy_relay.hpp"
#include "signaling/relay.hpp"

// Requests and signals of generation 1 between peers of different nodes, or shards: the node of the one that
// asks sends the request to the node of the one that is asked, as a request between nodes; a signal goes as
// every message to one socket does (docs/cluster.md).

namespace pantheon::signaling {
namespace {

namespace json = core::json;

constexpr std::string_view kSignalEvent = "legacy-signal";

json::object to_json(LegacyAnswer answer) {
  json::object told{{"success", answer.success}};
  if (answer.success) {
    told["data"] = std::move(answer.data);
  } else {
    told["error"] = answer.error;
    told["code"] = answer.error_code;
  }
  return told;
}

LegacyAnswer answer_of(const core::Result<json::object>& told, LegacyAnswerKind kind) {
  if (!told) return failed_answer(kind, core::Error(SignalingError::peer_unavailable));
  const auto success = core::get_bool(*told, "success");
  if (!success) return failed_answer(kind, core::Error(SignalingError::peer_answer_invalid));
  LegacyAnswer answer{kind, *success, nullptr, {}, {}, {}};
  if (const auto* data = told->if_contains("data")) answer.data = *data;
  answer.error = core::utf8_prefix(core::get_string(*told, "error").value_or(""), kMaxLegacyError);
  answer.error_code = core::utf8_prefix(core::get_string(*told, "code").value_or(""), kMaxLegacyError);
  return answer;
}

/// What a generation-1 host answers, for a coroutine that waits for it.
struct Waiting {
  explicit Waiting(const boost::asio::any_io_executor& executor) : arrived(executor) {}
  std::optional<LegacyAnswer> answer;
  core::AsyncEvent arrived;
};

}  // namespace

void LegacyRelay::reach(const Directory& directory, cluster::Messenger& nodes) {
  directory_ = &directory;
  nodes_ = &nodes;
}

std::vector<RemotePeer> LegacyRelay::peers_elsewhere(const Member& from, std::string_view device_id) const {
  if (directory_ == nullptr) return {};
  return directory_->elsewhere(from.account(), device_id);
}

core::Result<void> LegacyRelay::give_elsewhere(const MemberPointer& from, LegacyRequest request,
                                               AnswerHandler answer) {
  const auto peers = peers_elsewhere(*from, request.to_peer_id);
  // The newest that answers: one of generation 1, or for a client of generation 1 also a host of ours.
  const auto suits = [&](const RemotePeer& peer) {
    return peer.generation == 1 || (from->generation == 1 && peer.answers_requests);
  };
  const auto peer = std::find_if(peers.rbegin(), peers.rend(), suits);
  if (peer == peers.rend()) return core::failure(SignalingError::peer_too_old);
  auto place = take_place(from);
  if (!place) return core::failure(place.error());
  tasks_.spawn(ask_elsewhere(*this, from, std::move(*place), *peer, std::move(request), std::move(answer)));
  return {};
}

boost::asio::awaitable<void> LegacyRelay::ask_elsewhere(LegacyRelay& self, MemberPointer from, Place place,
                                                        RemotePeer to, LegacyRequest request,
                                                        AnswerHandler answer) {
  const auto kind = answer_kind(request.data);
  json::object message;
  message["legacyRequest"] = json::object{{"account", from->account()},
                                          {"socketId", to.socket_id},
                                          {"fromUserId", from->device_id},
                                          {"fromSocketId", from->socket_id},
                                          {"requestId", std::move(request.request_id)},
                                          {"data", std::move(request.data)}};
  const auto told = co_await self.nodes_->request(to.node, std::move(message));
  place.reset();
  answer(answer_of(told, kind));
}

core::Result<void> LegacyRelay::signal_elsewhere(const Member& from, LegacySignal signal) {
  const auto peers = peers_elsewhere(from, signal.to_peer_id);
  const auto peer = std::find_if(peers.rbegin(), peers.rend(),
                                 [](const RemotePeer& other) { return other.generation == 1; });
  if (peer == peers.rend()) return core::failure(SignalingError::peer_too_old);
  Destination to;
  to.remote_socket = peer->socket_id;
  directory_->send(from.account(), to, kSignalEvent,
                   {{"fromUserId", from.device_id},
                    {"fromSocketId", from.socket_id},
                    {"signal", std::move(signal.message)}});
  ++counters_.signals;
  return {};
}

void LegacyRelay::signal_from_elsewhere(Member& to, std::string_view event, const json::object& payload) {
  const auto from_device = core::get_string(payload, "fromUserId");
  const auto from_socket = core::get_string(payload, "fromSocketId");
  const auto* message = core::get_object(payload, "signal");
  const auto session = session_of(to);
  if (event != kSignalEvent || !from_device || !from_socket || message == nullptr || !session) return;
  note_signal(to, std::string(*from_device), std::string(*from_socket), limits_.max_sockets_per_account);
  session->send(legacy_signal(*from_device, {{}, *message}));
}

bool LegacyRelay::is_of_another_node(const json::object& message) {
  return message.contains("legacyRequest");
}

boost::asio::awaitable<json::object> LegacyRelay::answer_another_node(LegacyRelay& self,
                                                                      json::object message) {
  const auto* asked = core::get_object(message, "legacyRequest");
  auto answer = failed_answer(LegacyAnswerKind::chat, core::Error(SignalingError::peer_unavailable));
  const auto* data = asked == nullptr ? nullptr : core::get_object(*asked, "data");
  const auto* id = asked == nullptr ? nullptr : asked->if_contains("requestId");
  if (data == nullptr || id == nullptr) co_return to_json(std::move(answer));
  const auto text = [asked](std::string_view name) {
    return std::string(core::get_string(*asked, name).value_or(""));
  };
  auto host = self.rooms_->find(text("account"), text("socketId"));
  if (host && host->joined) {
    LegacyRequest request{host->device_id, *id, *data};
    Asker from{text("fromUserId"), text("fromSocketId")};
    answer = co_await ask_here(self, std::move(from), std::move(host), std::move(request));
  }
  co_return to_json(std::move(answer));
}

boost::asio::awaitable<LegacyAnswer> LegacyRelay::ask_here(LegacyRelay& self, Asker from, MemberPointer host,
                                                           LegacyRequest request) {
  if (self.mode_ != LegacyMode::relay)
    co_return failed_answer(answer_kind(request.data), core::Error(SignalingError::legacy_relay_off));
  if (host->generation == 1)
    co_return co_await ask_generation1(self, std::move(from), std::move(host), std::move(request));
  auto socket = host->socket.lock();
  if (!socket || !host->answers_legacy)
    co_return failed_answer(answer_kind(request.data), core::Error(SignalingError::peer_too_old));
  const auto place = self.take_place_at(host);
  if (!place) co_return failed_answer(answer_kind(request.data), place.error());
  ++self.counters_.requests_to_hosts;
  co_return co_await ask_socket(self, std::move(from), std::move(socket), std::move(request));
}

boost::asio::awaitable<LegacyAnswer> LegacyRelay::ask_generation1(LegacyRelay& self, Asker from,
                                                                  MemberPointer host, LegacyRequest request) {
  const auto kind = answer_kind(request.data);
  const auto waiting = std::make_shared<Waiting>(self.tasks_.executor());
  AnswerHandler take = [waiting](LegacyAnswer given) {
    waiting->answer = std::move(given);
    waiting->arrived.notify();
  };
  const auto given = self.give_to_generation1(from, *host, std::move(request), std::move(take));
  if (!given) co_return failed_answer(kind, given.error());
  // It is answered in any case: when the host goes, or when its time is over.
  while (!waiting->answer) {
    const bool alive = co_await waiting->arrived.wait();
    if (!alive) co_return failed_answer(kind, core::Error(SignalingError::peer_unavailable));
  }
  co_return std::move(*waiting->answer);
}

}  // namespace pantheon::signaling
