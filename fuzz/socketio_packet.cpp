// links: pantheon_socketio
#include <cstdint>
#include <cstdlib>
#include <string>

#include "socketio/packet.hpp"

namespace {

namespace core = pantheon::core;
namespace socketio = pantheon::socketio;

// What is accepted must mean the same after it is encoded and decoded again.
void check_round_trip(std::string_view text) {
  auto packet = socketio::decode(text, {});
  if (!packet) return;
  packet->attachments.resize(packet->attachment_count);
  const auto again = socketio::decode(socketio::encode(*packet), {});
  if (!again || again->type != packet->type || again->nsp != packet->nsp || again->id != packet->id ||
      again->payload != packet->payload || again->attachment_count != packet->attachment_count) {
    std::abort();
  }
}

// Messages are separated by newlines; the first character of each says text or binary.
void check_decoder(std::string_view input) {
  socketio::Decoder decoder;
  while (!input.empty()) {
    const auto line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    if (line.empty()) continue;
    const auto packet = line[0] == 'b' ? decoder.add_binary(core::as_bytes(line.substr(1)))
                                       : decoder.add_text(line.substr(1));
    if (!packet) return;
    if (packet->has_value() && (**packet).attachments.size() != (**packet).attachment_count) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_round_trip(text);
  check_decoder(text);
  return 0;
}
