#include "cluster/message_fields.hpp"

namespace pantheon::cluster {

namespace json = core::json;

// [uid, { type, data, nsp }, { rooms, except, flags }]
core::Result<Broadcast> decode_broadcast(core::ByteView message) {
  auto packed = read_value(message);
  if (!packed) return core::failure(packed.error());
  const auto* parts = packed->value.if_array();
  if (parts == nullptr || parts->size() < 3) return core::failure(bad_message("not a broadcast"));
  const auto uid = name_of(parts->at(0));
  const auto* packet = parts->at(1).if_object();
  const auto* opts = parts->at(2).if_object();
  if (!uid || packet == nullptr || opts == nullptr) return core::failure(bad_message("not a broadcast"));
  auto fields = packet_of(*packet);
  if (!fields) return core::failure(fields.error());
  auto to = targets_of(*opts);
  if (!to) return core::failure(to.error());
  const auto* flags = core::get_object(*opts, "flags");
  const bool is_volatile = flags != nullptr && core::get_bool(*flags, "volatile").value_or(false);
  return Broadcast{*uid,
                   std::move(fields->nsp),
                   {std::move(fields->data), std::move(packed->attachments)},
                   std::move(*to),
                   is_volatile};
}

core::ByteVector encode(const Broadcast& broadcast) {
  auto opts = to_json(broadcast.to);
  opts["flags"] = broadcast.is_volatile ? json::object{{"volatile", true}} : json::object();
  const json::array parts{broadcast.uid, to_packet(broadcast.nsp, broadcast.event.data), std::move(opts)};
  return to_msgpack(parts, broadcast.event.attachments);
}

}  // namespace pantheon::cluster
