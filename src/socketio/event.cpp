#include "socketio/event.hpp"

#include "core/json_text.hpp"
#include "socketio/event_packet.hpp"

namespace pantheon::socketio {

core::json::object placeholder(std::size_t index) {
  return {{"_placeholder", true}, {"num", index}};
}

const core::ByteVector* attachment_of(const core::json::value& value,
                                      const std::vector<core::ByteVector>& attachments) {
  const auto* object = value.if_object();
  if (object == nullptr || !core::get_bool(*object, "_placeholder").value_or(false)) return nullptr;
  const auto index = core::get_integer(*object, "num");
  if (!index || *index < 0 || static_cast<std::uint64_t>(*index) >= attachments.size()) return nullptr;
  return &attachments[static_cast<std::size_t>(*index)];
}

Event event_of(Packet packet, Event::Acknowledge acknowledge) {
  Event event;
  event.args = std::move(packet.data.as_array());
  const auto& name = event.args.front();
  event.name = name.is_string() ? std::string(name.get_string()) : core::serialize_json(name);
  event.args.erase(event.args.begin());
  event.attachments = std::move(packet.attachments);
  event.raw = std::make_shared<const std::string>(std::move(packet.payload));
  event.acknowledge = std::move(acknowledge);
  return event;
}

std::string event_payload(std::string_view name, const core::json::array& args) {
  std::string text = "[";
  core::append_json_string(text, name);
  for (const auto& argument : args) {
    text.push_back(',');
    core::append_json(text, argument);
  }
  return text.append("]");
}

Frames frames_of(const Packet& packet) {
  Frames frames;
  auto text = std::make_shared<std::string>("4");
  text->append(encode(packet));
  frames.push_back({std::move(text), true});
  for (const auto& bytes : packet.attachments) {
    frames.push_back({std::make_shared<const std::string>(core::as_text(bytes)), false});
  }
  return frames;
}

Packet event_packet(std::string nsp, std::string_view name, const core::json::array& args,
                    std::vector<core::ByteVector> attachments) {
  Packet packet;
  packet.type = attachments.empty() ? PacketType::event : PacketType::binary_event;
  packet.nsp = std::move(nsp);
  packet.payload = event_payload(name, args);
  packet.attachments = std::move(attachments);
  return packet;
}

Packet ack_packet(std::string nsp, std::uint64_t id, const core::json::array& args,
                  std::vector<core::ByteVector> attachments) {
  Packet packet;
  packet.type = attachments.empty() ? PacketType::ack : PacketType::binary_ack;
  packet.nsp = std::move(nsp);
  packet.id = id;
  packet.payload = core::serialize_json(args);
  packet.attachments = std::move(attachments);
  return packet;
}

}  // namespace pantheon::socketio
