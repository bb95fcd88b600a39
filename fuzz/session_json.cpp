// links: pantheon_session_pure
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "session/error.hpp"
#include "session/json_messages.hpp"

// A request of the older JSON protocol: what is read can be answered, and the answer is JSON with the same
// id.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace core = pantheon::core;
  namespace session = pantheon::session;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = session::parse_json_request(text);
  if (!request) return 0;
  for (const auto& answer :
       {session::json_response_message(request->request_id, nullptr),
        session::json_error_message(request->request_id,
                                    core::Error(session::SessionError::bad_json_message))}) {
    const auto object = core::parse_json_object(answer);
    if (!object || core::get_string(*object, "requestId") != request->request_id) std::abort();
  }
  return 0;
}
