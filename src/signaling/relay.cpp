#include "signaling/relay.hpp"

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

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
  router.on("webrtc-signal",
            [this](const MemberPointer& m, const socketio::Event& e) { return relay(m, e); });
}

// Several sockets may share an older id: the one that last signalled the sender is meant, else the newest.
MemberPointer Relay::choose(const Member& from, std::string_view device_id) const {
  const auto last = from.last_signal_from.find(std::string(device_id));
  MemberPointer chosen;
  for (const auto& member : rooms_->of_device(from.account(), device_id)) {
    if (!member->joined || member.get() == &from) continue;
    chosen = member;
    if (last != from.last_signal_from.end() && member->socket_id == last->second) break;
  }
  return chosen;
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
  const auto target = socket_id ? rooms_->find(from->account(), *socket_id) : choose(*from, device_id);
  if (!target || !target->joined) {
    json::object extra{{"targetUserId", device_id}};
    if (socket_id) extra["toSocketId"] = *socket_id;
    return tl::unexpected(EventFailure(core::Error(SignalingError::peer_unavailable), std::move(extra)));
  }
  if (target->last_signal_from.size() >= limits_.max_sockets_per_account) target->last_signal_from.clear();
  target->last_signal_from[from->device_id] = from->socket_id;
  target->emit(
      "webrtc-signal",
      json::object{{"fromUserId", from->device_id}, {"fromSocketId", from->socket_id}, {"signal", *signal}});
  return json::object();
}

}  // namespace pantheon::signaling
