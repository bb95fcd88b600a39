#include "link/hello.hpp"

#include <algorithm>
#include <array>

#include "core/json.hpp"
#include "link/error.hpp"
#include "link/text.hpp"

namespace pantheon::link {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic{0x89, 0x50, 0x4C, 0x4E, 0x4B, 0x0D, 0x0A, 0x1A};
constexpr std::size_t kMaxHello = 8 * 1024;
constexpr std::size_t kMaxVersions = 16;
constexpr std::size_t kMaxFeatures = 32;
constexpr std::size_t kMaxFeature = 64;
constexpr std::size_t kNonceBytes = 32;
constexpr std::int64_t kLeastMessage = 1024;
constexpr std::int64_t kMostMessage = 65536;
constexpr std::int64_t kMostStreams = 0x7FFFFFFF;

// Whether version 1 is among the versions; an error when the member breaks the rules.
core::Result<bool> offers_our_version(const core::json::object& object) {
  const auto* versions = core::get_array(object, "versions");
  if (versions == nullptr || versions->empty() || versions->size() > kMaxVersions) {
    return broken("versions are no list of 1 to 16");
  }
  bool common = false;
  for (const auto& entry : *versions) {
    boost::system::error_code error;
    const auto version = entry.to_number<std::int64_t>(error);
    if (error) return broken("a version is no integer");
    common = common || version == kVersion;
  }
  return common;
}

core::Result<std::vector<std::string>> parse_features(const core::json::object& object) {
  const auto* list = core::get_array(object, "features");
  if (list == nullptr || list->size() > kMaxFeatures) return broken("features are no list of at most 32");
  std::vector<std::string> features;
  for (const auto& entry : *list) {
    const auto* feature = entry.if_string();
    if (feature == nullptr || feature->size() > kMaxFeature) return broken("a feature is not valid");
    features.emplace_back(*feature);
  }
  return features;
}

core::Result<Limits> parse_limits(const core::json::object& object) {
  const auto* limits = core::get_object(object, "limits");
  if (limits == nullptr) return broken("no limits");
  const auto streams = core::get_integer(*limits, "streams");
  const auto message = core::get_integer(*limits, "message");
  if (!streams || *streams < 0 || *streams > kMostStreams) return broken("limits.streams is not valid");
  if (!message || *message < kLeastMessage || *message > kMostMessage)
    return broken("limits.message is not valid");
  return Limits{static_cast<std::uint32_t>(*streams), core::Bytes{static_cast<std::uint64_t>(*message)}};
}

bool valid_device(std::string_view device) {
  return !device.empty() && device.size() <= kMaxDeviceId;
}

}  // namespace

core::Result<Hello> parse_hello(core::ByteView payload) {
  if (payload.size() > kMaxHello) return broken("HELLO over 8 KiB");
  if (payload.size() < kMagic.size() || !std::ranges::equal(payload.first(kMagic.size()), kMagic)) {
    return broken("HELLO without the magic");
  }
  const auto object = core::parse_json_object(core::as_text(payload.subspan(kMagic.size())));
  if (!object) return broken("HELLO is no JSON object");
  const auto common = offers_our_version(*object);
  if (!common) return core::failure(common.error());
  const auto device = core::get_string(*object, "device");
  if (!device || !valid_device(*device)) return broken("device is not valid");
  auto features = parse_features(*object);
  if (!features) return core::failure(features.error());
  const auto limits = parse_limits(*object);
  if (!limits) return core::failure(limits.error());
  auto nonce = core::from_base64url(core::get_string(*object, "nonce").value_or(""));
  if (!nonce || nonce->size() != kNonceBytes) return broken("nonce is not 32 bytes of base64url");
  if (!*common) return core::failure(LinkError::no_common_version);
  return Hello{std::string(*device), std::move(*features), *limits, std::move(*nonce)};
}

core::Result<core::ByteVector> serialize_hello(const Hello& hello) {
  const core::json::object object{
      {"versions", core::json::array{kVersion}},
      {"device", hello.device_id},
      {"features", core::json::array(hello.features.begin(), hello.features.end())},
      {"limits", {{"streams", hello.limits.streams}, {"message", hello.limits.message.count}}},
      {"nonce", core::to_base64url(hello.nonce)}};
  const auto text = core::serialize_json(object);
  core::ByteVector payload(kMagic.begin(), kMagic.end());
  payload.insert(payload.end(), text.begin(), text.end());
  if (const auto again = parse_hello(payload); !again) {
    return core::failure(LinkError::internal, again.error().detail());
  }
  return payload;
}

}  // namespace pantheon::link
