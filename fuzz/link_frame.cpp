// links: pantheon_link
#include <cstdint>
#include <cstdlib>
#include <string>

#include "link/binding.hpp"
#include "link/control.hpp"
#include "link/error.hpp"
#include "link/frame.hpp"
#include "link/head.hpp"
#include "link/hello.hpp"
#include "link/text.hpp"

namespace {

namespace core = pantheon::core;
using namespace pantheon::link;

void require(bool condition) {
  if (!condition) std::abort();
}

// What a payload reader accepts must be written to bytes that read the same.
void check_head(core::ByteView payload) {
  if (const auto head = parse_request_head(payload)) {
    // Written anew, escapes and order may make the text longer than a reader takes; nothing else may fail.
    if (const auto text = serialize_head(*head)) require(*parse_request_head(core::as_bytes(*text)) == *head);
  }
  if (const auto head = parse_response_head(payload)) {
    if (const auto text = serialize_head(*head))
      require(*parse_response_head(core::as_bytes(*text)) == *head);
  }
}

void check_link_payloads(core::ByteView payload) {
  if (const auto hello = parse_hello(payload)) {
    if (const auto again = serialize_hello(*hello)) require(*parse_hello(*again) == *hello);
  }
  if (const auto auth = parse_auth(payload)) {
    const auto again = serialize_auth(*auth);
    require(again && parse_auth(*again)->statements == auth->statements);
  }
}

void check_control(const Frame& frame) {
  core::ByteVector again;
  if (const auto fields = parse_reset(frame.payload)) {
    append_reset(again, frame.stream, fields->code, fields->message);
    const auto text = printable(fields->message);
    require(valid_utf8(text) && text.size() == fields->message.size());
  }
  if (const auto fields = parse_go_away(frame.payload))
    append_go_away(again, fields->code, fields->last_stream, fields->message);
  if (const auto fields = parse_push(frame.payload)) append_push(again, fields->kind, fields->body);
  if (const auto bytes = parse_credit(frame.payload)) append_credit(again, frame.stream, *bytes);
  if (const auto fields = parse_resume(frame.payload)) append_resume(again, frame.stream, *fields);
  if (const auto offset = parse_stored(frame.payload)) append_stored(again, frame.stream, *offset);
}

}  // namespace

// Takes one message apart as a reader would, and each payload as if it were of every type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const core::ByteView message(data, size);
  FrameReader reader(message);
  core::ByteVector again;
  do {
    const auto frame = reader.next();
    if (!frame) break;
    check_head(frame->payload);
    check_link_payloads(frame->payload);
    check_control(*frame);
    append_frame(again, frame->type, frame->stream, frame->payload);
  } while (!reader.done());
  // Frames have one encoding only: what was read is what is written.
  require(again.size() <= size && std::equal(again.begin(), again.end(), message.begin()));
  check_head(message);
  check_link_payloads(message);
  return 0;
}
