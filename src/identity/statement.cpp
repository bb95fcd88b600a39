#include "identity/statement.hpp"

#include <array>

#include "identity/error.hpp"

namespace pantheon::identity {
namespace {

namespace json = core::json;

constexpr std::string_view kLabel = "pantheon-statement/1";
constexpr std::size_t kMaxPayload = 2048;
constexpr std::size_t kMaxAccount = 512;
constexpr std::size_t kMaxName = 128;
constexpr std::array<std::string_view, 3> kTypes{"device", "revoke", "rekey"};

core::ByteVector signed_bytes(core::ByteView payload) {
  core::ByteVector bytes;
  core::append_field(bytes, kLabel);
  core::append_field(bytes, payload);
  return bytes;
}

std::optional<StatementType> parse_type(std::string_view text) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == text) return static_cast<StatementType>(i);
  }
  return std::nullopt;
}

core::Result<Claim> parse_claim(std::string_view payload) {
  const auto bad = [](std::string why) {
    return core::failure(IdentityError::invalid_statement, std::move(why));
  };
  const auto object = core::parse_json_object(payload);
  if (!object) return bad("the payload is not a JSON object");
  const auto type_name = core::get_string(*object, "type");
  const auto account = core::get_string(*object, "account");
  const auto device = core::get_string(*object, "deviceId");
  const auto key_text = core::get_string(*object, "publicKey");
  const auto name = core::get_string(*object, "name");
  const auto time = core::get_integer(*object, "time");
  if (!type_name || !account || !device || !key_text || !name || !time) return bad("a member is missing");
  const auto type = parse_type(*type_name);
  const auto key = parse_public_key(*key_text);
  if (!type || !key || !check_device_id(*device)) return bad("type, key or device id");
  if (account->empty() || account->size() > kMaxAccount || name->size() > kMaxName)
    return bad("account or name");
  return Claim{*type, std::string(*account), std::string(*device),
               *key,  std::string(*name),    core::WallTime(std::chrono::milliseconds(*time))};
}

std::string serialize_claim(const Claim& claim) {
  json::object object;
  object["type"] = kTypes.at(static_cast<std::size_t>(claim.type));
  object["account"] = claim.account;
  object["deviceId"] = claim.device_id;
  object["publicKey"] = to_text(claim.public_key);
  object["name"] = claim.name;
  object["time"] = claim.time.time_since_epoch().count();
  return core::serialize_json(object);
}

}  // namespace

Statement Statement::make(const DeviceKey& voucher, const Claim& claim) {
  Statement statement;
  statement.claim_ = claim;
  statement.payload_ = serialize_claim(claim);
  statement.by_ = voucher.public_key();
  statement.signature_ = voucher.sign(signed_bytes(statement.payload()));
  return statement;
}

core::Result<Statement> Statement::parse(const json::object& object) {
  const auto payload_text = core::get_string(object, "payload");
  const auto by_text = core::get_string(object, "by");
  const auto signature_text = core::get_string(object, "signature");
  if (!payload_text || !by_text || !signature_text || payload_text->size() > kMaxPayload) {
    return core::failure(IdentityError::invalid_statement, "payload, by or signature");
  }
  const auto payload = core::from_base64url(*payload_text);
  const auto by = parse_public_key(*by_text);
  const auto signature = parse_signature(*signature_text);
  if (!payload || !by || !signature) return core::failure(IdentityError::invalid_statement, "encoding");
  if (!verify(*by, signed_bytes(*payload), *signature)) {
    return core::failure(IdentityError::statement_signature_invalid);
  }
  auto claim = parse_claim(core::as_text(*payload));
  if (!claim) return core::failure(claim.error());
  Statement statement;
  statement.claim_ = std::move(*claim);
  statement.payload_ = core::as_text(*payload);
  statement.by_ = *by;
  statement.signature_ = *signature;
  return statement;
}

core::Result<Statement> Statement::parse(std::string_view text) {
  if (text.size() > 2 * kMaxPayload) return core::failure(IdentityError::invalid_statement, "too long");
  const auto object = core::parse_json_object(text);
  if (!object) return core::failure(IdentityError::invalid_statement, "not a JSON object");
  return parse(*object);
}

json::object Statement::to_json() const {
  return {{"payload", core::to_base64url(payload())},
          {"by", identity::to_text(by_)},
          {"signature", identity::to_text(signature_)}};
}

std::string Statement::to_text() const {
  return core::serialize_json(to_json());
}

std::vector<Statement> parse_statements(const json::array& array, std::size_t limit) {
  std::vector<Statement> statements;
  for (const auto& entry : array) {
    if (statements.size() == limit) break;
    if (!entry.is_object()) continue;
    if (auto statement = Statement::parse(entry.get_object())) statements.push_back(std::move(*statement));
  }
  return statements;
}

}  // namespace pantheon::identity
