#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/bytes.hpp"

namespace pantheon::bench {

/// One token as an OpenAI-compatible engine streams it (a server-sent event of about 190 bytes), with the
/// moment of its emission by both clocks.
std::string token_event(std::int64_t steady_ns, std::int64_t wall_ns);
/// The event that ends an answer.
inline constexpr const char* kDoneEvent = "data: [DONE]\n\n";

/// Finds the tokens in the bytes of an answer, however they are cut.
class TokenReader {
 public:
  /// Calls `on_token` with the steady clock's time of emission for each token that is complete.
  void read(core::ByteView bytes, const std::function<void(std::int64_t steady_ns)>& on_token);

 private:
  std::string rest_;
};

}  // namespace pantheon::bench
