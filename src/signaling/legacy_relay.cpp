#include "signaling/legacy_relay.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "core/utf8.hpp"
#include "signaling/error.hpp"
#include "signaling/relay.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using core::CommonError;

constexpr double kLegacyRequestBurstSeconds = 10;

bool is_generation1(const Member& member) {
  return member.generation == 1;
}
bool answers_requests(const Member& member) {
  return member.generation == 1 || member.answers_legacy;
}

// The content is looked at by nobody, but could be: whoever runs the server should know.
void log_once(Member& from) {
  if (std::exchange(from.legacy().logged, true)) return;
  core::logger("signaling")
      ->warn(
          "a {} sends requests that cross this server in the clear; update the older device to end that, or "
          "start with --legacy=signal to refuse them",
          from.generation == 1 ? "generation-1 client" : "client of a generation-1 host");
}

std::string bounded_text(const json::object& object, std::string_view name, std::size_t max) {
  return std::string(core::utf8_prefix(core::get_string(object, name).value_or(""), max));
}

LegacyAnswer answer_of(const core::Result<json::array>& ack, LegacyAnswerKind kind) {
  if (!ack) {
    const auto& error = ack.error();
    if (error.is(socketio::SocketioError::ack_timeout))
      return failed_answer(kind, core::Error(SignalingError::peer_timeout));
    if (error.is(socketio::SocketioError::too_many_pending_acks))
      return failed_answer(kind, core::Error(SignalingError::peer_busy));
    return failed_answer(kind, core::Error(SignalingError::peer_unavailable));
  }
  const auto* object = ack->empty() ? nullptr : ack->front().if_object();
  const auto success = object == nullptr ? std::nullopt : core::get_bool(*object, "success");
  if (!success) return failed_answer(kind, core::Error(SignalingError::peer_answer_invalid));
  LegacyAnswer answer{kind, *success, nullptr, {}, {}, {}};
  const auto* data = object->if_contains("data");
  if (answer.success && data != nullptr) answer.data = *data;
  if (!answer.success) {
    answer.error = bounded_text(*object, "error", kMaxLegacyError);
    answer.error_code = bounded_text(*object, "code", kMaxLegacyText);
  }
  return answer;
}

/// `legacy-answer`: how a client of ours is told.
json::object answer_event(std::string_view from_peer_id, const LegacyRequestId& request_id,
                          LegacyAnswer answer) {
  json::object body{{"requestId", request_id}, {"fromUserId", from_peer_id}, {"success", answer.success}};
  if (answer.success) {
    body["data"] = std::move(answer.data);
  } else {
    body["error"] = answer.error;
    body["code"] = answer.error_code;
  }
  return body;
}

core::Result<LegacyRequest> read_ask(const socketio::Event& event) {
  auto object = object_argument(event);
  if (!object) return core::failure(object.error());
  LegacyRequest request;
  request.to_peer_id = bounded_text(*object, "to", kMaxLegacyText);
  const auto id = core::get_string(*object, "requestId").value_or("");
  auto* data = object->if_contains("data");
  if (request.to_peer_id.empty() || id.empty() || id.size() > kMaxLegacyText || data == nullptr ||
      !data->is_object()) {
    return core::failure(CommonError::invalid_argument, "to, requestId and an object as data are needed");
  }
  request.request_id = id;
  request.data = std::move(data->get_object());
  return request;
}

}  // namespace

LegacyRelay::LegacyRelay(boost::asio::any_io_executor executor, Rooms& rooms, const Options& options)
    : rooms_(&rooms),
      mode_(options.legacy),
      limits_(options.limits),
      timeout_(options.legacy_request_timeout),
      requests_({limits_.max_legacy_requests_of_asker, limits_.max_legacy_requests_of_host,
                 limits_.max_legacy_requests}),
      tasks_(std::move(executor)) {}

void LegacyRelay::add_to(EventRouter& router) {
  router.on("legacy-ask", [this](const MemberPointer& m, const socketio::Event& e) { return ask(m, e); });
}

void LegacyRelay::arrived(const LegacySessionPointer& session) {
  sessions_[session->member->socket_id] = session;
}

void LegacyRelay::left(const Member& member) {
  sessions_.erase(member.socket_id);
  requests_.drop_of_asker(member.socket_id);
  for (const auto& pending : requests_.take_of_host(member.socket_id)) {
    pending.answer(failed_answer(pending.kind, core::Error(SignalingError::peer_unavailable)));
  }
}

LegacySessionPointer LegacyRelay::session_of(const Member& member) const {
  const auto found = sessions_.find(member.socket_id);
  return found == sessions_.end() ? nullptr : found->second;
}

// Several sockets may share an older id. Of those that are suitable the one is meant that last signalled the
// sender, else the newest; without a suitable one, any, so that it can be said why not.
MemberPointer LegacyRelay::choose(const Member& from, std::string_view peer_id, Suitable suitable) const {
  const auto* last = from.last_socket_of(peer_id);
  MemberPointer chosen;
  for (const auto& member : rooms_->of_device(from.account(), peer_id)) {
    if (!member->joined || member.get() == &from) continue;
    if (chosen && suitable(*chosen) && !suitable(*member)) continue;
    chosen = member;
    if (suitable(*member) && last != nullptr && member->socket_id == *last) break;
  }
  return chosen;
}

void LegacyRelay::request(const LegacySessionPointer& asker, LegacyRequest request) {
  AnswerHandler answer = [weak = std::weak_ptr(asker), from = request.to_peer_id,
                          id = request.request_id](LegacyAnswer given) {
    if (const auto session = weak.lock()) session->send(legacy_response(from, id, std::move(given)));
  };
  const auto kind = answer_kind(request.data);
  const auto target = choose(*asker->member, request.to_peer_id, answers_requests);
  const auto passed = pass_on(asker->member, target, std::move(request), answer);
  if (!passed) answer(failed_answer(kind, passed.error().error, passed.error().extra));
}

EventResult LegacyRelay::ask(const MemberPointer& asker, const socketio::Event& event) {
  if (event.raw && event.raw->size() > limits_.max_legacy_message.count)
    return core::failure(CommonError::too_large, "request");
  if (!asker->joined) return core::failure(SignalingError::not_joined);
  auto request = read_ask(event);
  if (!request) return core::failure(request.error());
  const auto target = choose(*asker, request->to_peer_id, is_generation1);
  const auto elsewhere = peers_elsewhere(*asker, request->to_peer_id);
  const bool reaches_old =
      (target && is_generation1(*target)) ||
      std::ranges::any_of(elsewhere, [](const auto& peer) { return peer.generation == 1; });
  if (!reaches_old && (target || !elsewhere.empty()))
    return core::failure(CommonError::invalid_argument, "that device is reached over WebRTC");
  AnswerHandler answer = [weak = std::weak_ptr(asker), from = request->to_peer_id,
                          id = request->request_id](LegacyAnswer given) {
    if (const auto member = weak.lock())
      member->emit("legacy-answer", answer_event(from, id, std::move(given)));
  };
  const auto here = target && is_generation1(*target) ? target : nullptr;
  auto passed = pass_on(asker, here, std::move(*request), std::move(answer));
  if (!passed) return tl::unexpected(std::move(passed.error()));
  return json::object();
}

tl::expected<void, EventFailure> LegacyRelay::admit(Member& from) {
  if (mode_ != LegacyMode::relay) return core::failure(SignalingError::legacy_relay_off);
  const Rate rate{limits_.legacy_requests_per_second,
                  limits_.legacy_requests_per_second * kLegacyRequestBurstSeconds};
  if (const auto wait = from.legacy().requests.take(rate, std::chrono::steady_clock::now()))
    return tl::unexpected(rate_limited(*wait));
  return {};
}

tl::expected<void, EventFailure> LegacyRelay::pass_on(const MemberPointer& from, const MemberPointer& target,
                                                      LegacyRequest request, AnswerHandler answer) {
  auto passed = admit(*from);
  if (passed) {
    const auto given = give(from, target, std::move(request), std::move(answer));
    if (given) {
      log_once(*from);
    } else {
      passed = tl::unexpected(EventFailure(given.error()));
    }
  }
  if (!passed) ++counters_.requests_refused;
  return passed;
}

core::Result<void> LegacyRelay::give(const MemberPointer& from, const MemberPointer& target,
                                     LegacyRequest request, AnswerHandler answer) {
  if (target && is_generation1(*target)) {
    const Asker asker{from->device_id, from->socket_id};
    return give_to_generation1(asker, *target, std::move(request), std::move(answer));
  }
  if (target && answers_requests(*target))
    return give_to_host(from, target, std::move(request), std::move(answer));
  if (!peers_elsewhere(*from, request.to_peer_id).empty())
    return give_elsewhere(from, std::move(request), std::move(answer));
  return core::failure(target ? SignalingError::peer_too_old : SignalingError::peer_unavailable);
}

core::Result<void> LegacyRelay::give_to_generation1(const Asker& from, const Member& host,
                                                    LegacyRequest request, AnswerHandler answer) {
  const auto session = session_of(host);
  if (!session) return core::failure(SignalingError::peer_unavailable);
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  const auto told = requests_.add(host.socket_id, from.device_id,
                                  {from.socket_id, std::move(request.request_id), answer_kind(request.data),
                                   deadline, std::move(answer)});
  if (!told) return core::failure(told.error());
  session->send(legacy_peer_request(from.device_id, *told, std::move(request.data)));
  ++counters_.requests_to_generation1;
  return {};
}

core::Result<LegacyRelay::Place> LegacyRelay::take_place(const MemberPointer& from) const {
  if (from->legacy().waiting >= limits_.max_legacy_requests_of_asker)
    return core::failure(SignalingError::peer_busy);
  ++from->legacy().waiting;
  return Place(nullptr, [from](void*) { --from->legacy().waiting; });
}

core::Result<LegacyRelay::Place> LegacyRelay::take_place_at(const MemberPointer& host) {
  const bool full = host->legacy().asked >= limits_.max_legacy_requests_of_host ||
                    requests_.size() + at_hosts_ >= limits_.max_legacy_requests;
  if (full) return core::failure(SignalingError::peer_busy);
  ++host->legacy().asked;
  ++at_hosts_;
  return Place(nullptr, [this, host](void*) {
    --host->legacy().asked;
    --at_hosts_;
  });
}

core::Result<void> LegacyRelay::give_to_host(const MemberPointer& from, const MemberPointer& host,
                                             LegacyRequest request, AnswerHandler answer) {
  auto socket = host->socket.lock();
  if (!socket) return core::failure(SignalingError::peer_unavailable);
  auto of_asker = take_place(from);
  if (!of_asker) return core::failure(of_asker.error());
  auto at_host = take_place_at(host);
  if (!at_host) return core::failure(at_host.error());
  ++counters_.requests_to_hosts;
  tasks_.spawn(ask_host(*this, {from->device_id, from->socket_id},
                        {std::move(*of_asker), std::move(*at_host)}, std::move(socket), std::move(request),
                        std::move(answer)));
  return {};
}

boost::asio::awaitable<void> LegacyRelay::ask_host(LegacyRelay& self, Asker from, std::array<Place, 2> places,
                                                   std::shared_ptr<socketio::Socket> host,
                                                   LegacyRequest request, AnswerHandler answer) {
  auto given = co_await ask_socket(self, std::move(from), std::move(host), std::move(request));
  places = {};
  answer(std::move(given));
}

boost::asio::awaitable<LegacyAnswer> LegacyRelay::ask_socket(LegacyRelay& self, Asker from,
                                                             std::shared_ptr<socketio::Socket> host,
                                                             LegacyRequest request) {
  const auto kind = answer_kind(request.data);
  json::array arguments;
  arguments.push_back(json::object{{"requestId", std::move(request.request_id)},
                                   {"fromUserId", from.device_id},
                                   {"fromSocketId", from.socket_id},
                                   {"data", std::move(request.data)}});
  const auto ack = co_await host->request("legacy-request", std::move(arguments), self.timeout_);
  if (!ack && ack.error().is(socketio::SocketioError::ack_timeout)) ++self.counters_.requests_timed_out;
  co_return answer_of(ack, kind);
}

core::Result<void> LegacyRelay::response(const Member& host, LegacyResponse response) {
  const auto pending = requests_.take({host.socket_id, response.to_peer_id, response.request_id});
  if (!pending) return core::failure(pending.error());
  pending->answer(std::move(response.answer));
  return {};
}

void LegacyRelay::unreadable(const Member& host, const std::string& asker,
                             const LegacyRequestId& request_id) {
  const auto pending = requests_.take({host.socket_id, asker, request_id});
  if (pending)
    pending->answer(failed_answer(pending->kind, core::Error(SignalingError::peer_answer_invalid)));
}

core::Result<void> LegacyRelay::signal(const Member& from, LegacySignal signal) {
  if (!from.joined) return core::failure(SignalingError::not_joined);
  const auto target = choose(from, signal.to_peer_id, is_generation1);
  const auto session = target ? session_of(*target) : nullptr;
  if (!session && !peers_elsewhere(from, signal.to_peer_id).empty())
    return signal_elsewhere(from, std::move(signal));
  if (!target) return core::failure(SignalingError::peer_unavailable);
  if (!session) return core::failure(SignalingError::peer_too_old);
  note_signal(*target, from.device_id, from.socket_id, limits_.max_sockets_per_account);
  session->send(legacy_signal(from.device_id, std::move(signal)));
  ++counters_.signals;
  return {};
}

void LegacyRelay::sweep() {
  for (const auto& pending : requests_.take_expired(std::chrono::steady_clock::now())) {
    ++counters_.requests_timed_out;
    pending.answer(failed_answer(pending.kind, core::Error(SignalingError::peer_timeout)));
  }
}

boost::asio::awaitable<void> LegacyRelay::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace pantheon::signaling
