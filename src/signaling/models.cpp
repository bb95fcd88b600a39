#include "signaling/models.hpp"

#include <algorithm>

#include "signaling/error.hpp"

namespace pantheon::signaling {

namespace json = core::json;
using core::CommonError;

namespace {

constexpr core::Bytes kMostCharged{40 * 16 * 1024};
constexpr std::size_t kMaxBattery = 4 * 1024;  // as JSON; a level and a few words are usual

}  // namespace

void Models::add_to(EventRouter& router) {
  router_ = &router;
  const auto announce = [this](const MemberPointer& m, const socketio::Event& e) {
    return this->announce(m, e);
  };
  const auto hosting = [this](const MemberPointer& m, const socketio::Event& e) {
    return update_hosting(m, e);
  };
  router.on("announce-models", announce);
  router.on("register", hosting);
  router.on("updateHosting", hosting);
  router.on("hosting-status", hosting);
  router.on("request-models",
            [this](const MemberPointer& m, const socketio::Event& e) { return request(m, e); });
}

// The event's object, when its list of models (if any) is within the limits.
core::Result<json::object> Models::checked(const Member& member, const socketio::Event& event) const {
  const auto size = event.raw ? event.raw->size() : 0;
  if (size > limits_.max_models.count) return core::failure(CommonError::too_large, "list of models");
  auto object = object_argument(event);
  if (!object) return object;
  // Two nodes that do not see each other may each have taken a list too many; who makes its own shorter is
  // not refused.
  const bool longer = object->contains("models") && size > member.models_size;
  if (longer && size + directory_->models_size_of_others(member) > limits_.max_models_per_account.count) {
    return core::failure(CommonError::too_large, "lists of models of the account");
  }
  const auto* battery = object->if_contains("batteryState");
  if (battery != nullptr && core::serialize_json(*battery).size() > kMaxBattery)
    return core::failure(CommonError::too_large, "batteryState");
  const auto* models = object->if_contains("models");
  if (models == nullptr) return object;
  const auto is_object = [](const json::value& entry) { return entry.is_object(); };
  if (!models->is_array() || !std::ranges::all_of(models->get_array(), is_object)) {
    return core::failure(CommonError::invalid_argument, "models is a list of objects");
  }
  if (models->get_array().size() > limits_.max_model_entries) {
    return core::failure(CommonError::too_large, "number of models");
  }
  return object;
}

EventResult Models::announce(const MemberPointer& member, const socketio::Event& event) const {
  auto object = checked(*member, event);
  if (!object) return core::failure(object.error());
  auto* models = object->if_contains("models");
  if (models == nullptr) return core::failure(CommonError::invalid_argument, "models is missing");
  member->models = std::move(models->get_array());
  member->models_size = event.raw ? event.raw->size() : 0;
  if (const auto* battery = object->if_contains("batteryState")) member->battery = *battery;
  member->is_hosting = member->is_hosting || !member->models.empty();
  member->announced = true;
  tell_others(*member);
  return json::object();
}

EventResult Models::update_hosting(const MemberPointer& member, const socketio::Event& event) const {
  auto object = checked(*member, event);
  if (!object) return core::failure(object.error());
  const auto hosting = core::get_bool(*object, "isHosting");
  if (!hosting) return core::failure(CommonError::invalid_argument, "isHosting is missing");
  auto* models = object->if_contains("models");
  const auto* battery = object->if_contains("batteryState");
  const bool clears = models == nullptr && !*hosting && !member->models.empty();
  // What a device says first is passed on in any case: clients await it.
  const bool changes = !member->announced || clears || *hosting != member->is_hosting ||
                       (models != nullptr && models->get_array() != member->models) ||
                       (battery != nullptr && *battery != member->battery);
  member->is_hosting = *hosting;
  member->announced = true;
  if (models != nullptr) {
    member->models = std::move(models->get_array());
    member->models_size = event.raw ? event.raw->size() : 0;
  } else if (clears) {
    member->models.clear();
    member->models_size = 0;
  }
  if (battery != nullptr) member->battery = *battery;
  // A few bytes that say nothing new would make this server send the whole list to everyone.
  if (changes) tell_others(*member);
  return json::object();
}

void Models::tell_others(Member& member) const {
  if (!member.joined) return;
  const auto others = directory_->rooms().members(member.account()).size() - 1 +
                      directory_->elsewhere(member.account()).size();
  // Not so much that a host with many models, which says at once what it is and what it has, has to wait.
  const core::Bytes sent{std::min<std::size_t>(member.models_size * others, kMostCharged.count)};
  router_->charge(member, sent, EventClass::announcement);
  directory_->publish(member, true);
  directory_->tell_others(member, "peer-models-updated",
                          {{"userId", member.device_id},
                           {"models", member.models},
                           {"batteryState", member.battery},
                           {"clientType", member.client_type},
                           {"deviceId", member.device_id},
                           {"socketId", member.socket_id},
                           {"isHosting", member.is_hosting}});
}

EventResult Models::request(const MemberPointer& member, const socketio::Event& event) const {
  if (event.args.empty() || !event.args[0].is_string()) {
    return core::failure(CommonError::invalid_argument, "a device id is expected");
  }
  if (!member->joined) return core::failure(SignalingError::not_joined);
  const std::string_view target = event.args[0].get_string();
  const json::object from{{"fromUserId", member->device_id}, {"fromSocketId", member->socket_id}};
  if (!directory_->tell_device(*member, target, "models-requested", from)) {
    const auto same_id = directory_->rooms().of_device(member->account(), target);
    const bool too_old = std::ranges::any_of(same_id, [](const auto& m) { return m->generation == 1; });
    const auto code = too_old ? SignalingError::peer_too_old : SignalingError::peer_unavailable;
    return tl::unexpected(EventFailure(core::Error(code), {{"targetUserId", target}}));
  }
  return json::object();
}

}  // namespace pantheon::signaling
