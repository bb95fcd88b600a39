// links: pantheon_http
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "http/websocket_frame.hpp"

namespace {

namespace core = pantheon::core;
namespace http = pantheon::http;

struct Outcome {
  std::vector<std::string> messages;
  std::string error;
  bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view bytes, http::WebSocketRole role, std::size_t step) {
  http::FrameReader reader(role, core::Bytes{4096});
  Outcome outcome;
  while (!bytes.empty()) {
    auto input = core::as_bytes(bytes.substr(0, step));
    bytes.remove_prefix(input.size());
    while (!input.empty()) {
      const auto frame = reader.next(input);
      if (!frame) {
        outcome.error = std::string(frame.error().code());
        return outcome;
      }
      if (frame->has_value()) outcome.messages.push_back((*frame)->data);
    }
  }
  return outcome;
}

Outcome read_in_place(std::string_view text, http::WebSocketRole role, std::size_t step) {
  http::FrameReader reader(role, core::Bytes{4096});
  Outcome outcome;
  std::string storage;
  while (!text.empty()) {
    std::string bytes(text.substr(0, step));
    text.remove_prefix(bytes.size());
    std::span<std::uint8_t> input(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    while (!input.empty()) {
      const auto frame = reader.next_in_place(input, storage);
      if (!frame) {
        outcome.error = std::string(frame.error().code());
        return outcome;
      }
      if (frame->has_value()) outcome.messages.emplace_back((*frame)->data);
    }
  }
  return outcome;
}

}  // namespace

// However the bytes are cut, and wherever they are left, the same messages come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto role = (data[0] & 1U) != 0 ? http::WebSocketRole::server : http::WebSocketRole::client;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(http::decode_close(text));
  const std::size_t step = 1U + (data[0] >> 5U);
  const auto expected = read(text, role, text.size() + 1);
  if (read(text, role, step) != expected) std::abort();
  if (read_in_place(text, role, text.size() + 1) != expected || read_in_place(text, role, step) != expected)
    std::abort();
  return 0;
}
