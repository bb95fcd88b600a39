#include "signaling/relay.hpp"

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

constexpr std::string_view kSignal = "webrtc-signal";

std::string_view target_of(const json::object& payload) {
  if (const auto to = core::get_string(payload, "to")) return *to;
  return core::get_string(payload, "targetUserId").value_or("");
}

const json::value* signal_of(const json::object& payload) {
  const auto* signal = payload.if_contains("signal");
  return signal != nullptr ? signal : payload.if_contains("data");
}

}  // namespace

void Relay::add_to(EventRouter& router) {
  router_ = &router;
  router.on(std::string(kSignal),
            [this](const MemberPointer& m, const socketio::Event& e) { return relay(m, e); });
}

void note_signal(Member& receiver, const std::string& from_device, const std::string& from_socket,
                 std::size_t max_devices) {
  auto& last = receiver.last_signal_from;
  const auto known = std::ranges::find(last, from_device, &std::pair<std::string, std::string>::first);
  if (known != last.end()) {
    if (known->second != from_socket) known->second = from_socket;
    return;
  }
  if (last.size() >= max_devices) last.clear();
  last.emplace_back(from_device, from_socket);
}

// Several sockets may share an older id: the one that last signalled the sender is meant, else the newest.
// While the one that is meant may come back, nobody else gets what is for it.
Destination Relay::choose(const Member& from, std::string_view device_id) const {
  const auto* last = from.last_socket_of(device_id);
  if (last != nullptr && *last != from.socket_id) {
    if (auto found = directory_->find(from.account(), *last)) return found;
    if (directory_->is_away(from.account(), *last)) return {};
  }
  return directory_->newest(from, device_id);
}

void Relay::deliver(const Member& from, const Destination& to, const json::value& signal) const {
  if (to.local) note_signal(*to.local, from.device_id, from.socket_id, limits_.max_sockets_per_account);
  directory_->send(
      from.account(), to, kSignal,
      json::object{{"fromUserId", from.device_id}, {"fromSocketId", from.socket_id}, {"signal", signal}});
}

bool Relay::relay_text(Member& from, std::string_view array_text) {
  const auto begun = std::chrono::steady_clock::now();
  if (array_text.size() > limits_.max_signal.count || !from.joined) return false;
  const auto signal = reader_.read(array_text);
  if (!signal) return false;
  const auto target = signal->socket_id ? directory_->find(from.account(), *signal->socket_id)
                                        : choose(from, signal->device_id);
  if (!target || target.generation() == 1) return false;
  const auto socket = target.local ? target.local->socket.lock() : nullptr;
  if (target.local && !socket) return false;
  if (!router_->admit(from, kSignal, begun)) return true;
  if (target.local) {
    note_signal(*target.local, from.device_id, from.socket_id, limits_.max_sockets_per_account);
    static_cast<void>(socket->emit_serialized(std::make_shared<const std::string>(
        relayed_signal_text(from.device_id, from.socket_id, signal->signal))));
  } else {
    directory_->pass_signal(from, target.remote_socket, signal->signal);
  }
  router_->obeyed(from, kSignal, begun);
  return true;
}

EventResult Relay::relay(const MemberPointer& from, const socketio::Event& event) const {
  using core::CommonError;
  if (event.raw && event.raw->size() > limits_.max_signal.count)
    return core::failure(CommonError::too_large, "signal");
  if (!from->joined) return core::failure(SignalingError::not_joined);
  if (event.args.empty() || !event.args[0].is_object() || !event.attachments.empty()) {
    return core::failure(CommonError::invalid_argument, "an object is expected");
  }
  const auto& payload = event.args[0].get_object();
  const auto* signal = signal_of(payload);
  const auto device_id = target_of(payload);
  const auto socket_id = core::get_string(payload, "toSocketId");
  if (signal == nullptr || (device_id.empty() && !socket_id)) {
    return core::failure(CommonError::invalid_argument, "to and signal are needed");
  }
  const auto target = socket_id ? directory_->find(from->account(), *socket_id) : choose(*from, device_id);
  if (!target) {
    json::object extra{{"targetUserId", device_id}};
    if (socket_id) extra["toSocketId"] = *socket_id;
    return tl::unexpected(EventFailure(core::Error(SignalingError::peer_unavailable), std::move(extra)));
  }
  if (target.generation() == 1) {
    return tl::unexpected(
        EventFailure(core::Error(SignalingError::peer_too_old), {{"targetUserId", device_id}}));
  }
  deliver(*from, target, *signal);
  return json::object();
}

}  // namespace pantheon::signaling
