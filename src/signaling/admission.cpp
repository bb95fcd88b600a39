#include "signaling/admission.hpp"

#include <algorithm>

#include "auth/error.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "identity/error.hpp"
#include "identity/hello_proof.hpp"
#include "signaling/device_room.hpp"
#include "signaling/error.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using auth::AuthError;
using core::CommonError;
using identity::IdentityError;

constexpr std::size_t kMaxLabel = 128;
constexpr double kConnectBurstSeconds = 8;

Rate connects_of(const Limits& limits, double share) {
  const auto per_second = limits.connects_per_second * share;
  return {per_second, per_second * kConnectBurstSeconds};
}

// What a hello's proof is bound to: the token, else the shared key, else nothing.
std::string_view credential_of(const json::object& auth) {
  const auto token = core::get_text(auth, "token");
  return token.empty() ? core::get_text(auth, "authKey") : token;
}

// What the client says of itself; nothing here decides about rights.
core::Result<void> read_self_description(Member& member, const json::object& auth) {
  for (const auto* name : {"userId", "clientType", "instance", "name", "platform"}) {
    if (core::get_text(auth, name).size() > kMaxLabel)
      return core::failure(CommonError::invalid_argument, name);
  }
  const auto type = core::get_text(auth, "clientType");
  if (!type.empty() && type != "web" && type != "electron" && type != "native") {
    return core::failure(CommonError::invalid_argument, "clientType");
  }
  member.client_type = type.empty() ? "web" : type;
  member.user_label = core::get_text(auth, "userId");
  member.instance = core::get_text(auth, "instance");
  member.name = core::get_text(auth, "name");
  member.platform = core::get_text(auth, "platform");
  member.device_id = core::get_text(auth, "deviceId");
  if (member.device_id.empty() && !member.user_label.empty()) {
    member.device_id = member.user_label + "_" + member.client_type;  // as older clients make it
  }
  if (const auto* caps = core::get_array(auth, "caps")) {
    member.can_renew = std::ranges::find(*caps, json::value("renew")) != caps->end();
    member.can_link = std::ranges::find(*caps, json::value("link")) != caps->end();
    member.answers_legacy = std::ranges::find(*caps, json::value("legacy")) != caps->end();
  }
  return {};
}

/// Whether a client that comes again later may be let in without anybody doing anything.
bool passes(const core::Error& error) {
  constexpr unsigned kServersFault = 500;
  return error.is(SignalingError::rate_limited) || error.is(SignalingError::account_full) ||
         error.is(SignalingError::address_full) || error.http_status() >= kServersFault;
}

/// How long a refused client is kept waiting that comes back two seconds after it was sent away: hundreds
/// behind one address must not open connections faster than one address may, nor use up what others there
/// need.
std::chrono::milliseconds some_pause() {
  constexpr std::chrono::milliseconds kLeast{5'000};
  constexpr std::chrono::milliseconds kMost{20'000};
  return kLeast +
         std::chrono::duration_cast<std::chrono::milliseconds>((kMost - kLeast) * core::random_fraction());
}

bool is_of_another_key(const Member& member) {
  return identity::is_key_made(member.device_id) &&
         member.device_id != identity::device_id(*member.proven_key);
}

}  // namespace

socketio::Refusal refusal_of(const socketio::Handshake& handshake, const core::Error& error,
                             core::json::object extra) {
  socketio::Refusal refusal(error, std::move(extra));
  const auto* auth = handshake.auth.if_object();
  const bool is_older = auth != nullptr && !auth->contains("caps");
  if (is_older && passes(error)) refusal.ends_connection_after = some_pause();
  return refusal;
}

json::array statements_json(const std::vector<std::string>& texts) {
  json::array statements;
  for (const auto& text : texts) {
    if (auto statement = core::parse_json_object(text)) statements.push_back(std::move(*statement));
  }
  return statements;
}

json::array statements_of(store::DeviceStore& store, const std::string& account,
                          const std::string& device_id) {
  const auto texts = store.statements(account, device_id);
  return texts ? statements_json(*texts) : json::array();
}

Admission::Admission(store::DeviceStore& store, const auth::Authenticator& authenticator,
                     auth::Nonces& nonces, Tokens& tokens, Rooms& rooms, const Options& options)
    : store_(&store),
      authenticator_(&authenticator),
      nonces_(&nonces),
      tokens_(&tokens),
      rooms_(&rooms),
      limits_(options.limits),
      clock_(options.clock),
      keep_devices_(options.keep_devices),
      proxies_(options.proxies),
      by_address_(limiter_of(options, "connects", connects_of(options.limits, 1))),
      by_account_(limiter_of(options, "connects of accounts",
                             connects_of(options.limits, options.limits.account_connects_share))) {}

boost::asio::awaitable<Introduction> Admission::admit(const socketio::Handshake& handshake) {
  const auto from = proxies_.client_of(handshake.address, handshake.headers);
  const auto at = std::chrono::steady_clock::now();
  if (const auto wait = by_address_->take(from, at)) {
    proxies_.refused(handshake.address);
    co_return tl::unexpected(rate_limited(*wait));
  }
  if (auto space = rooms_->check_address(from); !space) {
    proxies_.refused(handshake.address);
    co_return core::failure(space.error());
  }
  if (!handshake.auth.is_object()) co_return core::failure(AuthError::auth_required);
  const auto& auth = handshake.auth.get_object();
  auth::Credentials credentials{std::string(core::get_text(auth, "token")),
                                std::string(core::get_text(auth, "authKey"))};
  auto bearer = co_await authenticator_->authenticate(std::move(credentials));
  if (!bearer) co_return core::failure(bearer.error());
  if (const auto wait = by_account_->take(bearer->account, at)) co_return tl::unexpected(rate_limited(*wait));
  auto member = introduce(std::move(*bearer), auth);
  if (!member) co_return core::failure(member.error());
  (*member)->address = from;
  co_return std::move(*member);
}

core::Result<void> Admission::check_space(const std::string& account) {
  auto space = rooms_->check_space(account);
  if (!space && space.error().is(SignalingError::server_full) &&
      told_full_.due(std::chrono::steady_clock::now())) {
    core::logger("signaling")
        ->warn(
            "the server is full and turns clients away ({} sockets, {} accounts): raise --max-sockets or "
            "--max-accounts if the machine has room, or start another node",
            rooms_->sockets(), rooms_->accounts());
  }
  return space;
}

core::Result<MemberPointer> Admission::introduce(auth::Bearer bearer, const json::object& auth) {
  if (auto space = check_space(bearer.account); !space) return core::failure(space.error());
  auto member = std::make_shared<Member>();
  member->bearer = std::move(bearer);
  member->connected_at = clock_();
  if (auto read = read_self_description(*member, auth); !read) return core::failure(read.error());
  auto checked = member->bearer.bound         ? prove_bound_key(*member, auth)
                 : auth.contains("publicKey") ? prove_own_key(*member, auth)
                                              : check_unproven(*member);
  if (!checked) return core::failure(checked.error());
  if (member->device_id.empty()) member->device_id = "s_" + core::random_id();
  if (auto valid = identity::check_device_id(member->device_id); !valid) return core::failure(valid.error());
  if (member->user_label.empty()) member->user_label = member->device_id;
  return member;
}

core::Result<void> Admission::verify_proof(const identity::PublicKey& key, const std::string& device_id,
                                           const json::object& auth) {
  const auto* proof = core::get_object(auth, "proof");
  if (proof == nullptr) return core::failure(AuthError::proof_required);
  const auto signature = identity::parse_signature(core::get_text(*proof, "signature"));
  if (!signature) return core::failure(signature.error());
  const auto nonce = core::get_text(*proof, "nonce");
  if (auto proven = identity::verify_hello(key, nonce, device_id, credential_of(auth), *signature); !proven) {
    return proven;
  }
  if (!nonces_->redeem(nonce)) return core::failure(IdentityError::proof_invalid, "nonce");
  return {};
}

// A token of ours: the key is the one the token is bound to, as the store knows it.
core::Result<void> Admission::prove_bound_key(Member& member, const json::object& auth) {
  const auto device = tokens_->device_of(member.bearer);
  if (!device) return core::failure(device.error());
  if (!member.device_id.empty() && member.device_id != device->device_id && auth.contains("deviceId")) {
    return core::failure(AuthError::auth_invalid, "the token is another device's");
  }
  const auto key = identity::parse_public_key(device->public_key);
  if (!key) return core::failure(key.error());
  if (auto proven = verify_proof(*key, device->device_id, auth); !proven) return proven;
  member.device_id = device->device_id;
  member.proven_key = *key;
  if (member.name.empty()) member.name = device->name;
  if (member.platform.empty()) member.platform = device->platform;
  member.statements = statements_of(*store_, member.account(), member.device_id);
  note_seen(store_->touch_device(member.account(), member.device_id, clock_()));
  return {};
}

// A known device needs nothing written: a full disk must not lock everybody out.
void Admission::note_seen(const core::Result<void>& written) {
  if (written || !told_unwritten_.due(std::chrono::steady_clock::now())) return;
  core::logger("signaling")
      ->error("devices are let in, but when they were seen is not kept: {}", written.error().message());
}

// A token of a provider, with a device's own key beside it.
core::Result<void> Admission::prove_own_key(Member& member, const json::object& auth) {
  const auto key = identity::parse_public_key(core::get_text(auth, "publicKey"));
  if (!key) return core::failure(key.error());
  if (member.device_id.empty()) return core::failure(CommonError::invalid_argument, "deviceId");
  if (auto valid = identity::check_device_id(member.device_id); !valid) return valid;
  if (auto proven = verify_proof(*key, member.device_id, auth); !proven) return proven;
  member.proven_key = *key;
  if (auto accepted = keep_devices_ ? remember_device(member) : check_key_made(member); !accepted)
    return accepted;
  member.statements = statements_of(*store_, member.account(), member.device_id);
  return {};
}

// Or whoever is in the account could keep a device, or those that have no key, from coming in ever again.
core::Result<void> Admission::check_id_is_free(const Member& member) const {
  const auto users = rooms_->of_device(member.account(), member.device_id);
  const bool is_used = std::ranges::any_of(users, [](const auto& user) { return !user->proven_key; });
  if (is_used || is_of_another_key(member)) return core::failure(IdentityError::key_changed);
  return {};
}

core::Result<void> Admission::remember_device(const Member& member) {
  const auto key = identity::to_text(*member.proven_key);
  const auto known = store_->find_device(member.account(), member.device_id);
  if (!known) return core::failure(known.error());
  if (*known) {
    if ((*known)->revoked) return core::failure(IdentityError::device_revoked);
    if ((*known)->public_key != key) return core::failure(IdentityError::key_changed);
  } else {
    if (auto is_free = check_id_is_free(member); !is_free) return is_free;
    if (auto room = check_room_for_device(*store_, member.account(), limits_); !room) return room;
  }
  auto saved = store_->save_device({member.account(), member.device_id, key, member.name.str(),
                                    member.platform.str(), clock_(), clock_(), 0, false});
  if (!*known) return saved;
  note_seen(saved);
  return {};
}

// Where nothing is remembered an id of this form is its key's alone; others are whoever's of the account
// comes.
core::Result<void> Admission::check_key_made(const Member& member) {
  const auto known = store_->find_device(member.account(), member.device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return core::failure(IdentityError::device_revoked);
  if (is_of_another_key(member)) return core::failure(IdentityError::key_changed);
  return {};
}

// Without a key a socket may use any id but one that belongs to a key: it could take over that device's
// signals.
core::Result<void> Admission::check_unproven(const Member& member) {
  if (member.device_id.empty()) return {};
  if (auto valid = identity::check_device_id(member.device_id); !valid) return valid;
  const auto known = store_->find_device(member.account(), member.device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return core::failure(IdentityError::device_revoked);
  const bool has_key = *known || (!keep_devices_ && identity::is_key_made(member.device_id));
  if (has_key) return core::failure(AuthError::proof_required);
  return {};
}

// Whoever it was told to cut may not have heard of it.
core::Result<void> Admission::check_not_revoked(const Member& member) {
  const auto known = store_->find_device(member.account(), member.device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return core::failure(IdentityError::device_revoked);
  return {};
}

core::Result<void> Admission::check_renewal(const Member& member, const auth::Bearer& bearer,
                                            const json::object& payload) {
  const auto device_of = [](const auth::Bearer& of) {
    return of.bound ? std::string_view(of.bound->device_id) : std::string_view();
  };
  const bool same = bearer.account == member.account() && bearer.provider == member.bearer.provider &&
                    device_of(bearer) == device_of(member.bearer);
  if (!same) return core::failure(AuthError::auth_invalid, "the token is of another account or device");
  if (!bearer.bound) return check_not_revoked(member);
  const auto device = tokens_->device_of(bearer);
  if (!device) return core::failure(device.error());
  const auto key = identity::parse_public_key(device->public_key);
  if (!key) return core::failure(key.error());
  return verify_proof(*key, device->device_id, payload);
}

boost::asio::awaitable<EventResult> Admission::renew(MemberPointer member, json::object payload) {
  auth::Credentials credentials{std::string(core::get_text(payload, "token")), {}};
  auto bearer = co_await authenticator_->authenticate(std::move(credentials));
  if (!bearer) co_return core::failure(bearer.error());
  if (const auto checked = check_renewal(*member, *bearer, payload); !checked)
    co_return core::failure(checked.error());
  member->bearer = std::move(*bearer);
  member->renewal_asked = false;
  const auto& expires = member->bearer.expires_at;
  if (!expires) co_return json::object();
  co_return json::object{{"expiresAt", expires->time_since_epoch().count()}};
}

}  // namespace pantheon::signaling
