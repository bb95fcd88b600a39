#include "signaling/devices.hpp"

#include "auth/error.hpp"
#include "core/log.hpp"
#include "signaling/admission.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {

namespace json = core::json;
using core::CommonError;

void Devices::add_to(EventRouter& router) {
  router.on("list-devices",
            [this](const MemberPointer& member, const socketio::Event&) { return list(*member); });
  router.on("revoke-device",
            [this](const MemberPointer& m, const socketio::Event& e) { return revoke(m, e); });
}

EventResult Devices::list(const Member& member) const {
  const auto rows = store_->devices(member.account());
  if (!rows) return core::failure(rows.error());
  auto statements = store_->statements(member.account());
  if (!statements) return core::failure(statements.error());
  json::array devices;
  for (const auto& row : *rows) {
    devices.push_back({{"deviceId", row.device_id},
                       {"name", row.name},
                       {"platform", row.platform},
                       {"publicKey", row.public_key},
                       {"createdAt", row.created_at.time_since_epoch().count()},
                       {"lastSeen", row.last_seen.time_since_epoch().count()},
                       {"online", directory_->is_connected(member.account(), row.device_id)},
                       {"statements", statements_json((*statements)[row.device_id])},
                       {"revoked", row.revoked}});
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
  if (!*known) return core::failure(SignalingError::device_unknown);
  auto transaction = store_->begin();
  if (!transaction) return core::failure(transaction.error());
  // One revocation says it all: no limit stands in the way of the first, and further ones are not kept.
  if (!(*known)->revoked) {
    auto added = store_->add_statement(claim.account, claim.device_id, statement.to_text(), clock_());
    if (!added) return added;
  }
  if (auto revoked = store_->revoke_device(claim.account, claim.device_id); !revoked) return revoked;
  return transaction->commit();
}

EventResult Devices::revoke(const MemberPointer& member, const socketio::Event& event) {
  const auto payload = object_argument(event);
  if (!payload) return core::failure(payload.error());
  const auto statement = parse_revocation(*member, *payload);
  if (!statement) return core::failure(statement.error());
  if (auto stored = store_revocation(*statement); !stored) return core::failure(stored.error());
  const auto& device_id = statement->claim().device_id;
  core::logger("signaling")->info("device {} was revoked", device_id);
  pairing_->forget_device(member->account(), device_id);
  directory_->tell_account(member->account(), "device-revoked",
                           {{"deviceId", device_id}, {"statement", statement->to_json()}});
  directory_->cut_device(member->account(), device_id);
  return json::object();
}

}  // namespace pantheon::signaling
