// links: pantheon_host_pure
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/token_counter.hpp"

// The pieces in which an answer arrives change nothing, and no answer has more events than bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  pantheon::host::TokenCounter whole;
  whole.feed(text);
  pantheon::host::TokenCounter pieces;
  const std::size_t step = 1U + data[0] % 16U;
  for (std::size_t i = 0; i < text.size(); i += step) pieces.feed(text.substr(i, step));
  const auto a = whole.count();
  const auto b = pieces.count();
  if (a.answer != b.answer || a.prompt != b.prompt || a.estimated != b.estimated) std::abort();
  if (a.estimated && a.answer > text.size()) std::abort();
  return 0;
}
