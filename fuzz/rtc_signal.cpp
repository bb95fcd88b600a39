// links: pantheon_rtc_pure
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rtc/signal_message.hpp"

namespace {

namespace core = pantheon::core;
namespace rtc = pantheon::rtc;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const rtc::RemoteDescription& description) {
  require(description.fingerprint.size() == 95);  // 32 bytes as "AB:CD:..."
  require(description.candidates.size() <= rtc::kMostCandidates);
  // Inside a line it is text, and behind another letter another attribute.
  require(description.sdp.find("\na=candidate:") == std::string::npos);
  require(description.sdp.find("\na=candidate\r") == std::string::npos);
  for (const auto& candidate : description.candidates) {
    require(rtc::judge_candidate(candidate.attribute).has_value());
  }
}

}  // namespace

// A signal of another device: as the whole JSON object, and as the text of a description and of a candidate.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(rtc::judge_candidate(text));
  for (const auto* type : {"offer", "answer"}) {
    const auto message = rtc::parse_signal({{"type", type}, {"sdp", text}});
    if (message) check(std::get<rtc::RemoteDescription>(*message));
  }
  if (const auto object = core::parse_json_object(text)) {
    const auto message = rtc::parse_signal(*object);
    if (!message) return 0;
    if (const auto* description = std::get_if<rtc::RemoteDescription>(&*message)) check(*description);
  }
  return 0;
}
