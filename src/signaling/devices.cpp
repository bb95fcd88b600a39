#include "signaling/devices.hpp"

#include <set>

#include "auth/error.hpp"
#include "core/log.hpp"
#include "signaling/admission.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {

namespace json = core::json;
using core::CommonError;

namespace {

constexpr std::size_t kUsualRow = 256;  // bytes of a device's text without its statements

}  // namespace

void Devices::add_to(EventRouter& router) {
  router_ = &router;
  router.on("list-devices",
            [this](const MemberPointer& member, const socketio::Event&) { return list(*member); });
  router.on("revoke-device",
            [this](const MemberPointer& m, const socketio::Event& e) { return revoke(m, e); });
}

core::Result<void> keep_revocation(store::DeviceStore& store, const identity::Statement& statement,
                                   core::WallTime now) {
  const auto& claim = statement.claim();
  const auto known = store.find_device(claim.account, claim.device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return {};
  auto transaction = store.begin();
  if (!transaction) return core::failure(transaction.error());
  if (!*known) {
    const auto key = identity::to_text(claim.public_key);
    auto saved = store.save_device({claim.account, claim.device_id, key, claim.name, "", now, now, 0, false});
    if (!saved) return saved;
  }
  // One revocation says it all: no limit stands in the way of the first, and further ones are not kept.
  auto added = store.add_statement(claim.account, claim.device_id, statement.to_text(), now);
  if (!added) return added;
  if (auto revoked = store.revoke_device(claim.account, claim.device_id); !revoked) return revoked;
  return transaction->commit();
}

EventResult Devices::list(Member& member) const {
  if (!keep_devices_) return list_connected(member);
  const auto rows = store_->devices(member.account());
  if (!rows) return core::failure(rows.error());
  auto statements = store_->statements(member.account());
  if (!statements) return core::failure(statements.error());
  json::array devices;
  core::Bytes size;
  for (const auto& row : *rows) {
    const auto& about = (*statements)[row.device_id];
    size.count += kUsualRow;
    for (const auto& statement : about) size.count += statement.size();
    json::object device{{"deviceId", row.device_id},
                        {"name", row.name},
                        {"platform", row.platform},
                        {"publicKey", row.public_key},
                        {"createdAt", row.created_at.time_since_epoch().count()},
                        {"lastSeen", row.last_seen.time_since_epoch().count()},
                        {"online", directory_->is_connected(member.account(), row.device_id)},
                        {"statements", statements_json(about)},
                        {"revoked", row.revoked}};
    if (runs_server(member.account(), row.device_id)) device["runsServer"] = true;
    devices.push_back(std::move(device));
  }
  router_->charge_list(member, size);
  return json::object{{"devices", std::move(devices)}};
}

// Nothing is remembered: what there is are the devices with a key that are here, on whatever node.
EventResult Devices::list_connected(Member& member) const {
  json::array devices;
  const auto text = directory_->others(member);
  router_->charge_list(member, {text.size()});
  auto others = core::parse_json(text);
  if (!others) return core::failure(others.error());
  auto& entries = others->as_array();
  entries.push_back(peer_entry(member));
  std::set<std::string, std::less<>> listed;
  for (auto& entry : entries) {
    auto& peer = entry.as_object();
    const auto device_id = core::get_string(peer, "deviceId");
    if (!device_id || !peer.contains("publicKey") || !listed.emplace(*device_id).second) continue;
    const auto now = clock_().time_since_epoch().count();
    devices.push_back({{"deviceId", *device_id},
                       {"name", peer["name"]},
                       {"platform", peer["platform"]},
                       {"publicKey", peer["publicKey"]},
                       {"createdAt", now},
                       {"lastSeen", now},
                       {"online", peer["online"]},
                       {"statements", json::array()},
                       {"revoked", false}});
  }
  return json::object{{"devices", std::move(devices)}};
}

// A revocation comes from a proven device of the account, signed by that device's own key.
core::Result<identity::Statement> Devices::parse_revocation(const Member& member,
                                                            const json::object& payload) const {
  if (!member.proven_key) return core::failure(auth::AuthError::proof_required);
  const auto* object = core::get_object(payload, "statement");
  if (object == nullptr) return core::failure(CommonError::invalid_argument, "statement");
  auto statement = identity::Statement::parse(*object);
  if (!statement) return statement;
  const auto& claim = statement->claim();
  if (claim.type != identity::StatementType::revoke)
    return core::failure(CommonError::invalid_argument, "type");
  if (claim.account != member.account() || statement->by() != *member.proven_key) {
    return core::failure(SignalingError::statement_refused);
  }
  return statement;
}

core::Result<void> Devices::store_revocation(const identity::Statement& statement) {
  const auto& claim = statement.claim();
  const auto known = store_->find_device(claim.account, claim.device_id);
  if (!known) return core::failure(known.error());
  if (!*known) {
    // An id without a key is nobody's: older clients share one, and whoever is barred from it takes another.
    if (keep_devices_) return core::failure(SignalingError::device_unknown);
    const auto kept = store_->devices(claim.account);
    if (!kept) return core::failure(kept.error());
    if (kept->size() >= limits_.max_devices_per_account) return core::failure(SignalingError::account_full);
  }
  return keep_revocation(*store_, statement, clock_());
}

EventResult Devices::revoke(const MemberPointer& member, const socketio::Event& event) {
  const auto payload = object_argument(event);
  if (!payload) return core::failure(payload.error());
  const auto statement = parse_revocation(*member, *payload);
  if (!statement) return core::failure(statement.error());
  if (runs_server(member->account(), statement->claim().device_id))
    return core::failure(SignalingError::device_runs_server);
  if (auto stored = store_revocation(*statement); !stored) return core::failure(stored.error());
  const auto& device_id = statement->claim().device_id;
  core::logger("signaling")->info("device {} was revoked", device_id);
  pairing_->forget_device(member->account(), device_id);
  on_revoked_(*statement);
  directory_->tell_account(member->account(), "device-revoked",
                           {{"deviceId", device_id}, {"statement", statement->to_json()}});
  directory_->cut_device(member->account(), device_id);
  return json::object();
}

}  // namespace pantheon::signaling
