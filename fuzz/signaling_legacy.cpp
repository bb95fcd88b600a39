// links: pantheon_signaling
#include <cstdint>
#include <cstdlib>
#include <string>

#include "signaling/legacy_message.hpp"
#include "signaling/legacy_requests.hpp"
#include "signaling/nesting.hpp"

namespace {

namespace core = pantheon::core;
using namespace pantheon::signaling;

void expect(bool condition) {
  if (!condition) std::abort();
}

// Whatever is written for another client is one JSON object with a type.
core::json::object checked(const std::string& text) {
  auto object = core::parse_json_object(text);
  expect(object.has_value() && core::get_string(*object, "type").has_value());
  return std::move(*object);
}

void check_request(LegacyRequest request) {
  expect(!request.to_peer_id.empty() && !request.request_id.is_null());
  expect(!core::is_deeper(request.data, kMaxNesting - 1));
  LegacyRequests requests;
  LegacyRequests::Pending pending{"asker", request.request_id, answer_kind(request.data), {}, {}};
  const auto told = requests.add("host", "peer", std::move(pending));
  const auto passed = checked(legacy_peer_request("peer", *told, std::move(request.data)));
  expect(passed.at("request_id") == request.request_id);
  expect(requests.take({"host", "peer", passed.at("request_id")}).has_value());
}

// What others are told of it is bounded, whatever was said.
void check_registration(const LegacyRegister& registration) {
  expect(registration.platform.size() <= kMaxLegacyText);
  expect(core::serialize_json(registration.capabilities).size() <= kMaxLegacyCapabilities);
}

// A signal never says that it comes from anyone but its sender.
void check_signal(LegacySignal signal) {
  const auto passed = checked(legacy_signal("me", std::move(signal)));
  expect(passed.at("from_peer_id") == "me" && !passed.contains("to_peer_id"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto message = parse_legacy_message(text, core::Bytes{64 * 1024});
  if (!message) {
    checked(legacy_error(message.error()));
    return 0;
  }
  if (auto* request = std::get_if<LegacyRequest>(&*message)) {
    check_request(std::move(*request));
  } else if (const auto* registration = std::get_if<LegacyRegister>(&*message)) {
    check_registration(*registration);
  } else if (auto* response = std::get_if<LegacyResponse>(&*message)) {
    expect(response->answer.error.size() <= kMaxLegacyError);
    expect(response->answer.error_code.size() <= kMaxLegacyText);
    checked(legacy_response("host", response->request_id, std::move(response->answer)));
  } else if (auto* signal = std::get_if<LegacySignal>(&*message)) {
    check_signal(std::move(*signal));
  }
  return 0;
}
