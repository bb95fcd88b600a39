#include "link/token_event.hpp"

#include <charconv>

namespace pantheon::bench {
namespace {

constexpr std::string_view kEnd = "\n\n";
constexpr std::string_view kSteady = "\"steady\":";

}  // namespace

std::string token_event(std::int64_t steady_ns, std::int64_t wall_ns) {
  return "data: "
         "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"model\":\"paced\",\"choices\":"
         "[{\"index\":0,\"delta\":{\"content\":\" token\"}}],\"emitted\":{\"steady\":" +
         std::to_string(steady_ns) + ",\"wall\":" + std::to_string(wall_ns) + "}}\n\n";
}

void TokenReader::read(core::ByteView bytes, const std::function<void(std::int64_t)>& on_token) {
  rest_ += core::as_text(bytes);
  std::size_t begin = 0;
  for (auto end = rest_.find(kEnd); end != std::string::npos; end = rest_.find(kEnd, begin)) {
    const std::string_view event(rest_.data() + begin, end - begin);
    begin = end + kEnd.size();
    const auto at = event.find(kSteady);
    if (at == std::string_view::npos) continue;
    std::int64_t steady_ns = 0;
    const auto* digits = event.data() + at + kSteady.size();
    if (std::from_chars(digits, event.data() + event.size(), steady_ns).ec == std::errc())
      on_token(steady_ns);
  }
  rest_.erase(0, begin);
}

}  // namespace pantheon::bench
