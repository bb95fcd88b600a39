#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/message.hpp"
#include "cluster/msgpack.hpp"

/// Private to the message codecs: fields that several messages have.
namespace pantheon::cluster {

/// The value of a message: JSON when it begins with a brace, else MessagePack, as the official adapter tells
/// them apart.
core::Result<PackedValue> read_value(core::ByteView message);

core::Error bad_message(std::string what);

/// A name (of a room, socket, server) as text; JavaScript lets numbers be names. Nothing for anything else.
std::optional<std::string> name_of(const core::json::value& value);
/// A list of names; absent means none.
core::Result<std::vector<std::string>> names_of(const core::json::object& object, std::string_view key);
/// A text, empty when absent or null.
core::Result<std::string> text_of(const core::json::object& object, std::string_view key);

core::Result<Targets> targets_of(const core::json::object& opts);
core::json::object to_json(const Targets& targets);

/// `{ type, data, nsp }` of a broadcast: an event with a name.
struct PacketFields {
  std::string nsp;
  core::json::array data;
};
core::Result<PacketFields> packet_of(const core::json::object& packet);
core::json::object to_packet(std::string_view nsp, const core::json::array& data);

core::json::array to_json(const std::vector<std::string>& names);

}  // namespace pantheon::cluster
