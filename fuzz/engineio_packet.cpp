// links: pantheon_engineio
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engineio/handshake.hpp"
#include "engineio/packet.hpp"

// Whatever is accepted must come back the same after it is encoded and decoded again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace engineio = pantheon::engineio;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(engineio::decode_opening(text));
  static_cast<void>(engineio::check_handshake("GET", text, true));
  const bool is_text = (data[0] & 1U) != 0;
  if (const auto packet = engineio::decode_frame(text, is_text)) {
    std::string decoded;
    const auto view = engineio::view_frame(text, is_text, decoded);
    if (!view || view->data != packet->data || view->binary != packet->binary) std::abort();
    const auto frame = engineio::encode_frame(*packet);
    const bool as_base64 = packet->binary && is_text;
    if (!as_base64 && *frame.data != text) std::abort();
    if (as_base64 && engineio::base64_frame(*frame.data).front() != 'b') std::abort();
  }
  const auto payload = engineio::decode_payload(text, 64);
  if (payload.packets.empty()) return 0;
  const auto again = engineio::decode_payload(engineio::encode_payload(payload.packets), 64);
  if (again.error || again.packets.size() != payload.packets.size()) std::abort();
  for (std::size_t i = 0; i < payload.packets.size(); ++i) {
    const auto& before = payload.packets[i];
    const auto& after = again.packets[i];
    if (after.data != before.data || after.binary != before.binary) std::abort();
  }
  return 0;
}
