#include "signaling/pairing.hpp"

#include "auth/error.hpp"
#include "core/log.hpp"
#include "http/server.hpp"
#include "identity/error.hpp"
#include "signaling/admission.hpp"
#include "signaling/device_room.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"
#include "signaling/shard_group.hpp"
#include "socketio/socket.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using core::CommonError;

constexpr std::size_t kMaxName = 128;
constexpr double kRedeemBurstSeconds = 50;
const std::string kEverybody = "everybody";

core::Result<identity::PairingRequest> parse_request(const json::object& body) {
  const auto code = identity::parse_pairing_code(core::get_text(body, "code"));
  const auto key = identity::parse_public_key(core::get_text(body, "publicKey"));
  const auto device_id = core::get_text(body, "deviceId");
  const auto name = core::get_string(body, "name");
  const auto platform = core::get_string(body, "platform");
  const bool whole = code && key && identity::check_device_id(device_id) && name &&
                     name->size() <= kMaxName && platform && platform->size() <= kMaxName &&
                     identity::parse_pairing_mac(core::get_text(body, "mac"));
  if (!whole)
    return core::failure(CommonError::invalid_argument, "code, deviceId, publicKey, name, platform or mac");
  return identity::PairingRequest{*code, std::string(device_id), *key, std::string(*name),
                                  std::string(*platform)};
}

// Only what the protocol names goes to the voucher, or to its node, never other members of the body.
json::object named_members_of(const json::object& body) {
  json::object request;
  for (const auto* name : {"code", "deviceId", "publicKey", "name", "platform", "mac"})
    request[name] = body.at(name);
  return request;
}

bool is_about(const identity::Statement& statement, const std::string& account,
              const identity::PairingRequest& request, const identity::PublicKey& by) {
  const auto& claim = statement.claim();
  return claim.type == identity::StatementType::device && claim.account == account &&
         claim.device_id == request.device_id && claim.public_key == request.public_key &&
         statement.by() == by;
}

}  // namespace

/// A code held for one newcomer; given back unless it was burnt, also when the newcomer goes away meanwhile.
class Pairing::Taken {
 public:
  Taken(PairingCodes& codes, const identity::PairingCode& code, OpenCode open)
      : codes_(&codes), code_(code), open_(std::move(open)) {}
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    codes_->give_back(code_, refused_ ? PairingCodes::Outcome::refused : PairingCodes::Outcome::no_answer);
  }
  const OpenCode& open() const { return open_; }
  void refuse() { refused_ = true; }

 private:
  PairingCodes* codes_;
  identity::PairingCode code_;
  OpenCode open_;
  bool refused_ = false;
};

Pairing::Pairing(store::DeviceStore& store, Tokens& tokens, Rooms& rooms, const Options& options)
    : store_(&store),
      tokens_(&tokens),
      rooms_(&rooms),
      limits_(options.limits),
      clock_(options.clock),
      answer_timeout_(options.pairing_answer_timeout),
      keep_devices_(options.keep_devices),
      codes_(options.limits, options.pairing_lifetime),
      proxies_(options.proxies),
      by_address_(limiter_of(
          options, "redeems",
          {options.limits.redeems_per_second, options.limits.redeems_per_second * kRedeemBurstSeconds})),
      of_all_(limiter_of(options, "all redeems",
                         {options.limits.all_redeems_per_second,
                          options.limits.all_redeems_per_second * kRedeemBurstSeconds})) {}

void Pairing::add_to(EventRouter& router) {
  if (!keep_devices_) {
    for (const auto* event : {"pairing-open", "pairing-close"}) {
      router.on(event, [](const MemberPointer&, const socketio::Event&) -> EventResult {
        return core::failure(SignalingError::devices_off);
      });
    }
    return;
  }
  router.on("pairing-open", [this](const MemberPointer& m, const socketio::Event& e) { return open(m, e); });
  router.on("pairing-close",
            [this](const MemberPointer& member, const socketio::Event& event) -> EventResult {
              const auto object = object_argument(event);
              if (!object) return core::failure(object.error());
              const auto code = identity::parse_pairing_code(core::get_text(*object, "code"));
              if (!code) return core::failure(CommonError::invalid_argument, "code");
              codes_.close(*code, member->account());
              if (shared_ != nullptr) shared_->close(*code, member->account());
              return json::object();
            });
}

void Pairing::add_to(http::Server& server) {
  server.route("POST", "/v1/pairing/redeem",
               [this](http::Request request) { return redeem(std::move(request)); }, {kMaxBody});
}

EventResult Pairing::open(const MemberPointer& member, const socketio::Event& event) {
  const auto object = object_argument(event);
  if (!object) return core::failure(object.error());
  const auto code = identity::parse_pairing_code(core::get_text(*object, "code"));
  if (!code) return core::failure(CommonError::invalid_argument, "code");
  if (!member->proven_key) return core::failure(auth::AuthError::proof_required);
  OpenCode opened{member->account(), member->device_id, member->instance.str(), {}, false, 0};
  const auto expires = codes_.open(*code, opened, clock_());
  if (!expires) return core::failure(expires.error());
  opened.expires_at = *expires;
  if (shared_ != nullptr) {
    const auto held_until = shared_->hold(*code, opened);
    if (!held_until) {
      codes_.close(*code, member->account());
      return core::failure(SignalingError::pairing_code_taken);
    }
    opened.expires_at = *held_until;
    codes_.set_end(*code, *held_until);
  }
  return json::object{{"expiresAt", opened.expires_at.time_since_epoch().count()}};
}

boost::asio::awaitable<http::Response> Pairing::redeem(http::Request request) {
  const auto now = std::chrono::steady_clock::now();
  const auto from = proxies_.client_of(request.remote_address, request.headers);
  auto wait = by_address_->take(from, now);
  if (!wait) wait = of_all_->take(kEverybody, now);
  if (wait) co_return rate_limited_response(*wait);
  if (!keep_devices_) co_return http::error_response(core::Error(SignalingError::devices_off));
  auto body = core::parse_json_object(request.body);
  if (!body) co_return http::error_response(body.error());
  const auto asked = parse_request(*body);
  if (shared_ != nullptr && asked) {
    auto named = named_members_of(*body);
    auto answer = co_await shared_->redeem_elsewhere(asked->code, std::move(named));
    if (answer) co_return std::move(*answer);
  }
  co_return co_await redeem_here(std::move(*body));
}

boost::asio::awaitable<http::Response> Pairing::redeem_here(json::object body) {
  auto paired = co_await pair(std::move(body));
  if (!paired) {
    core::logger("signaling")->info("pairing failed: {}", paired.error().code());
    co_return http::error_response(paired.error());
  }
  co_return no_store(json_ok(*paired));
}

// The code belongs to the device that showed it: to the very tab or process if it is there, else to its
// newest socket.
MemberPointer Pairing::find_voucher(const OpenCode& code) const {
  MemberPointer found;
  for (const auto& member : rooms_->of_device(code.account, code.voucher_device_id)) {
    if (!member->proven_key) continue;
    found = member;
    if (member->instance == code.voucher_instance) break;
  }
  return found;
}

boost::asio::awaitable<core::Result<json::object>> Pairing::pair(json::object body) {
  const auto request = parse_request(body);
  if (!request) co_return core::failure(request.error());
  auto open = codes_.take(request->code, clock_());
  if (!open) co_return core::failure(open.error());
  Taken taken(codes_, request->code, std::move(*open));
  // Before anybody agrees to what cannot be: the code stays good until there is room.
  if (const auto room = check_room(taken.open().account, request->device_id); !room)
    co_return core::failure(room.error());
  const auto voucher = find_voucher(taken.open());
  if (!voucher) co_return core::failure(SignalingError::pairing_voucher_gone);
  const auto socket = voucher->socket.lock();
  if (!socket) co_return core::failure(SignalingError::pairing_voucher_gone);
  json::array arguments;
  arguments.push_back(named_members_of(body));
  auto answer = co_await socket->request("pairing-request", std::move(arguments), answer_timeout_);
  if (!answer) co_return core::failure(SignalingError::pairing_voucher_gone);
  const bool agreed = !answer->empty() && answer->front().is_object() &&
                      core::get_bool(answer->front().get_object(), "ok") == true;
  if (!agreed) {
    taken.refuse();
    co_return core::failure(SignalingError::pairing_refused);
  }
  auto finished = finish(taken, *request, voucher, answer->front().get_object());
  if (!finished) taken.refuse();
  co_return finished;
}

// Everything from here to the answer happens without a pause, so a code is used once whatever else arrives.
core::Result<json::object> Pairing::finish(const Taken& taken, const identity::PairingRequest& request,
                                           const MemberPointer& voucher, const json::object& answer) {
  const auto* statement_json = core::get_object(answer, "statement");
  const auto mac = identity::parse_pairing_mac(core::get_text(answer, "mac"));
  if (statement_json == nullptr || !mac) return core::failure(SignalingError::pairing_refused, "answer");
  const auto statement = identity::Statement::parse(*statement_json);
  const auto& account = taken.open().account;
  if (!statement || !is_about(*statement, account, request, *voucher->proven_key)) {
    return core::failure(SignalingError::pairing_refused, "statement");
  }
  const bool ours = shared_ == nullptr || shared_->burn(request.code);
  if (!codes_.burn(request.code, clock_()) || !ours)
    return core::failure(SignalingError::pairing_code_unknown);
  const auto device = store_newcomer(account, request, *statement);
  if (!device) return core::failure(device.error());
  const auto tokens = tokens_->issue(*device);
  if (!tokens) return core::failure(tokens.error());
  for (const auto& member : rooms_->of_device(account, request.device_id)) {
    member->statements = statements_of(*store_, account, request.device_id);
  }
  core::logger("signaling")->info("device {} was paired", request.device_id);
  auto result = to_json(*tokens);
  result["account"] = account;
  result["deviceId"] = request.device_id;
  const auto* described = core::get_object(answer, "voucher");
  auto name = described == nullptr ? std::string_view() : core::get_text(*described, "name");
  if (name.empty() || name.size() > kMaxName) name = voucher->name;
  result["voucher"] = json::object{{"deviceId", voucher->device_id},
                                   {"publicKey", identity::to_text(*voucher->proven_key)},
                                   {"name", name}};
  result["statement"] = statement->to_json();
  result["mac"] = core::to_base64url(*mac);
  return result;
}

core::Result<void> Pairing::check_room(const std::string& account, const std::string& device_id) {
  const auto known = store_->find_device(account, device_id);
  if (!known) return core::failure(known.error());
  // A removed id never comes back; the newcomer may make another key and use the same code.
  if (*known && (*known)->revoked) return core::failure(identity::IdentityError::device_revoked);
  if (!*known) {
    if (auto room = check_room_for_device(*store_, account, limits_); !room) return room;
  }
  return check_room_for_statement(*store_, account, limits_);
}

core::Result<store::DeviceRow> Pairing::store_newcomer(const std::string& account,
                                                       const identity::PairingRequest& request,
                                                       const identity::Statement& statement) {
  const auto key = identity::to_text(request.public_key);
  const auto known = store_->find_device(account, request.device_id);
  if (!known) return core::failure(known.error());
  if (*known && (*known)->revoked) return core::failure(identity::IdentityError::device_revoked);
  if (*known && (*known)->public_key != key) return core::failure(identity::IdentityError::key_changed);
  if (auto room = check_room(account, request.device_id); !room) return core::failure(room.error());
  auto transaction = store_->begin();
  if (!transaction) return core::failure(transaction.error());
  const auto now = clock_();
  const store::DeviceRow row{account, request.device_id, key, request.name, request.platform, now, now, 0,
                             false};
  if (auto saved = store_->save_device(row); !saved) return core::failure(saved.error());
  if (auto added = store_->add_statement(account, request.device_id, statement.to_text(), now); !added) {
    return core::failure(added.error());
  }
  auto stored = store_->find_device(account, request.device_id);
  if (!stored || !*stored) return core::failure(stored ? core::Error(CommonError::internal) : stored.error());
  if (auto done = transaction->commit(); !done) return core::failure(done.error());
  return std::move(**stored);
}

}  // namespace pantheon::signaling
