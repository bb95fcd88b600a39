#include "signaling/cluster_codes.hpp"

#include <sodium.h>

#include "cluster/error.hpp"
#include "core/log.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

/// What stands for a code in the database.
std::string hash_of(const identity::PairingCode& code) {
  core::ByteVector hash(crypto_generichash_BYTES);
  crypto_generichash(hash.data(), hash.size(), code.data(), code.size(), nullptr, 0);
  return core::to_hex(hash);
}

template <class T>
void log_failure(const core::Result<T>& result) {
  if (!result) core::logger("signaling")->error("pairing codes: {}", result.error().message());
}

}  // namespace

std::optional<core::WallTime> ClusterCodes::hold(const identity::PairingCode& code, const OpenCode& open) {
  const auto held =
      store_->hold_code(hash_of(code), {nodes_->id(), open.account, open.voucher_device_id}, open.expires_at);
  log_failure(held);
  return held.value_or(std::nullopt);
}

bool ClusterCodes::burn(const identity::PairingCode& code) {
  const auto burnt = store_->burn_code(hash_of(code), nodes_->id());
  log_failure(burnt);
  return burnt.value_or(false);
}

void ClusterCodes::close(const identity::PairingCode& code, const std::string& account) {
  log_failure(store_->close_code(hash_of(code), account));
}

void ClusterCodes::close_device(const std::string& account, const std::string& device_id) {
  log_failure(store_->close_codes_of(account, device_id));
}

boost::asio::awaitable<std::optional<http::Response>> ClusterCodes::redeem_elsewhere(
    identity::PairingCode code, json::object body) {
  const auto owner = store_->code_owner(hash_of(code), clock_());
  log_failure(owner);
  if (!owner || !*owner || (*owner)->node == nodes_->id()) co_return std::nullopt;
  json::object request;
  request["redeem"] = std::move(body);
  const auto answer = co_await nodes_->request((*owner)->node, std::move(request));
  if (!answer) {
    core::logger("signaling")->info("pairing on another node failed: {}", answer.error().code());
    if (answer.error().is(cluster::ClusterError::timeout))
      co_return http::error_response(core::Error(SignalingError::pairing_voucher_gone));
    co_return http::error_response(answer.error());
  }
  const auto status = core::get_integer(*answer, "status").value_or(0);
  const auto text = core::get_string(*answer, "body");
  if (status < 200 || status > 599 || !text)
    co_return http::error_response(core::Error(cluster::ClusterError::bad_message));
  co_return no_store(http::json_response(static_cast<unsigned>(status), std::string(*text)));
}

boost::asio::awaitable<json::object> ClusterCodes::answer(Pairing& pairing, json::object request) {
  json::object answer;
  const auto* body = core::get_object(request, "redeem");
  // Not one expression: GCC 12 destroys what is awaited in a conditional twice.
  auto response = http::error_response(core::Error(cluster::ClusterError::unknown_request));
  if (body != nullptr) response = co_await pairing.redeem_here(*body);
  answer["status"] = response.status;
  answer["body"] = response.body;
  co_return answer;
}

}  // namespace pantheon::signaling
