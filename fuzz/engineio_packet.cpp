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
  if (const auto packet = engineio::decode_frame(text, (data[0] & 1U) != 0)) {
    const auto frame = engineio::encode_frame(*packet);
    if (*frame.data != text) std::abort();
  }
  if (const auto packets = engineio::decode_payload(text, 64)) {
    const auto again = engineio::decode_payload(engineio::encode_payload(*packets), 64);
    if (!again || again->size() != packets->size()) std::abort();
    for (std::size_t i = 0; i < packets->size(); ++i) {
      if ((*again)[i].data != (*packets)[i].data || (*again)[i].binary != (*packets)[i].binary) std::abort();
    }
  }
  return 0;
}
