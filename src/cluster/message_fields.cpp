#include "cluster/message_fields.hpp"

#include "cluster/error.hpp"
#include "socketio/packet.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

constexpr std::size_t kMaxNames = 4096;       // rooms of one message
constexpr std::size_t kMaxNameLength = 1024;  // bytes
constexpr int kEventPacket = 2;
constexpr int kBinaryEventPacket = 5;

}  // namespace

core::Error bad_message(std::string what) {
  return core::Error(ClusterError::bad_message, std::move(what));
}

core::Result<PackedValue> read_value(core::ByteView message) {
  if (message.size() > kMaxMessage.count) return core::failure(ClusterError::message_too_large);
  if (message.empty() || message.front() != '{') return from_msgpack(message);
  auto value = core::parse_json(core::as_text(message));
  if (!value) return core::failure(bad_message("JSON"));
  return PackedValue{std::move(*value), {}};
}

std::optional<std::string> name_of(const json::value& value) {
  std::string name;
  if (value.is_string()) {
    name = value.get_string();
  } else if (value.is_number()) {
    name = core::serialize_json(value);
  } else {
    return std::nullopt;
  }
  if (name.size() > kMaxNameLength) return std::nullopt;
  return name;
}

core::Result<std::vector<std::string>> names_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::vector<std::string>();
  const auto* list = value->if_array();
  if (list == nullptr || list->size() > kMaxNames) return core::failure(bad_message(std::string(key)));
  std::vector<std::string> names;
  for (const auto& element : *list) {
    auto name = name_of(element);
    if (!name) return core::failure(bad_message(std::string(key)));
    names.push_back(std::move(*name));
  }
  return names;
}

core::Result<std::string> text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::string();
  auto name = name_of(*value);
  if (!name) return core::failure(bad_message(std::string(key)));
  return std::move(*name);
}

core::Result<Targets> targets_of(const json::object& opts) {
  auto rooms = names_of(opts, "rooms");
  if (!rooms) return core::failure(rooms.error());
  auto except = names_of(opts, "except");
  if (!except) return core::failure(except.error());
  return Targets{std::move(*rooms), std::move(*except)};
}

json::object to_json(const Targets& targets) {
  return {{"rooms", to_json(targets.rooms)}, {"except", to_json(targets.except)}};
}

core::Result<PacketFields> packet_of(const json::object& packet) {
  const auto type = core::get_integer(packet, "type");
  if (type != kEventPacket && type != kBinaryEventPacket) return core::failure(bad_message("packet type"));
  auto nsp = text_of(packet, "nsp");
  if (!nsp) return core::failure(nsp.error());
  const auto* data = core::get_array(packet, "data");
  if (data == nullptr || data->empty()) return core::failure(bad_message("packet data"));
  const auto name = name_of(data->front());
  if (!name || socketio::is_reserved_event(*name)) return core::failure(bad_message("event name"));
  return PacketFields{nsp->empty() ? "/" : std::move(*nsp), *data};
}

json::object to_packet(std::string_view nsp, const json::array& data) {
  return {{"type", kEventPacket}, {"data", data}, {"nsp", nsp}};
}

json::array to_json(const std::vector<std::string>& names) {
  return json::array(names.begin(), names.end());
}

}  // namespace pantheon::cluster
