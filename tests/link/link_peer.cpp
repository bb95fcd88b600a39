// One link::Connection driven over standard input and output, for the property test against the TypeScript
// one.
//
// Request: length (32 bits, big-endian), operation (1 byte), then its arguments. Answer: length, length of
// the JSON, JSON { "result", "events" }, then bytes: those of all data events in order, or the composed
// message.
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>

#include "link/testing/recorded.hpp"

namespace {

namespace core = pantheon::core;
namespace json = pantheon::core::json;
using namespace pantheon::link;

enum class Operation : std::uint8_t {
  start,
  receive,
  tick,
  compose,
  open,
  respond,
  write,
  end,
  reset,
  consumed,
  push,
  go_away
};

// Arguments of one operation, read from the front.
class Reader {
 public:
  explicit Reader(core::ByteView bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    const auto value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = (value << 8U) | byte();
    return value;
  }
  StreamId stream() { return StreamId{number()}; }
  core::SteadyTime time() { return core::SteadyTime{std::chrono::milliseconds(number())}; }
  core::ByteView rest() const { return rest_; }
  std::string text() const { return std::string(core::as_text(rest_)); }

 private:
  core::ByteView rest_;
};

struct Answer {
  json::value result;
  json::array events;
  core::ByteVector bytes;
};

json::object describe(const Event& event, core::ByteVector& bytes) {
  json::object out;
  std::visit(
      [&out](const auto& e) {
        if constexpr (requires { e.stream; }) out["stream"] = number(e.stream);
        if constexpr (requires { e.code; }) out["code"] = error_name(e.code);
        if constexpr (requires { e.last_stream; }) out["lastStream"] = number(e.last_stream);
      },
      event);
  if (std::holds_alternative<Ready>(event)) out["type"] = "ready";
  if (std::holds_alternative<Request>(event)) out["type"] = "request";
  if (std::holds_alternative<Interim>(event)) out["type"] = "interim";
  if (std::holds_alternative<Response>(event)) out["type"] = "response";
  if (std::holds_alternative<End>(event)) out["type"] = "end";
  if (std::holds_alternative<Reset>(event)) out["type"] = "reset";
  if (std::holds_alternative<Writable>(event)) out["type"] = "writable";
  if (std::holds_alternative<GoAway>(event)) out["type"] = "goAway";
  if (const auto* push = std::get_if<Push>(&event)) {
    out["type"] = "push";
    out["kind"] = push->kind;
  }
  if (const auto* closed = std::get_if<Closed>(&event)) {
    out["type"] = "closed";
    out["message"] = closed->message;
  }
  if (const auto* data = std::get_if<Data>(&event)) {
    out["type"] = "data";
    out["length"] = data->bytes.size();
    bytes.insert(bytes.end(), data->bytes.begin(), data->bytes.end());
  }
  return out;
}

Connection start(Reader& arguments) {
  const auto now = arguments.time();
  const auto settings = core::parse_json_object(arguments.text()).value();
  const auto role =
      pantheon::link::testing::text_of(settings, "role") == "offerer" ? Role::offerer : Role::answerer;
  auto config = pantheon::link::testing::recorded_config(settings.at("sides").as_object(), role);
  config.limits.streams = settings.at("streams").to_number<std::uint32_t>();
  config.limits.message = core::Bytes{settings.at("message").to_number<std::uint64_t>()};
  return Connection(std::move(config), now);
}

json::value call_stream(Connection& link, Operation operation, Reader& arguments) {
  const auto stream = arguments.stream();
  switch (operation) {
    case Operation::respond:
      return link.respond(stream, {arguments.number(), {}, {}}).has_value();
    case Operation::write:
      return link.write(stream, arguments.rest());
    case Operation::end:
      link.end(stream);
      return nullptr;
    case Operation::reset:
      link.reset(stream, error_from_wire(arguments.number()), "property");
      return nullptr;
    default:
      link.consumed(stream, core::Bytes{arguments.number()});
      return nullptr;
  }
}

json::value call(Connection& link, Operation operation, Reader& arguments, Answer& answer) {
  switch (operation) {
    case Operation::receive: {
      const auto now = arguments.time();
      link.receive(arguments.rest(), now);
      return nullptr;
    }
    case Operation::tick:
      link.tick(arguments.time());
      return nullptr;
    case Operation::compose: {
      const auto now = arguments.time();
      link.compose(answer.bytes, core::Bytes{arguments.number()}, now);
      return answer.bytes.size();
    }
    case Operation::open: {
      const auto stream = link.open({"POST", "/v1/chat/completions", {{"x-test", "1"}}, {}, ""});
      return stream ? json::value(number(*stream)) : json::value(stream.error().code());
    }
    case Operation::push:
      return link.push("hosting", {{"hosting", true}}).has_value();
    case Operation::go_away:
      link.go_away(LinkError::no_error, "property");
      return nullptr;
    default:
      return call_stream(link, operation, arguments);
  }
}

std::optional<core::ByteVector> read_request() {
  std::uint8_t header[4];
  if (std::fread(header, 1, 4, stdin) != 4) return std::nullopt;
  core::ByteVector request(Reader(header).number());
  if (std::fread(request.data(), 1, request.size(), stdin) != request.size()) return std::nullopt;
  return request;
}

void put_number(std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) std::putchar(static_cast<int>((value >> shift) & 0xFFU));
}

void send(const Answer& answer, std::size_t open_streams) {
  const auto text = core::serialize_json(
      json::object{{"result", answer.result}, {"events", answer.events}, {"openStreams", open_streams}});
  put_number(4 + text.size() + answer.bytes.size());
  put_number(text.size());
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fwrite(answer.bytes.data(), 1, answer.bytes.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

int main() {
  std::optional<Connection> link;
  while (const auto request = read_request()) {
    Reader arguments(*request);
    const auto operation = static_cast<Operation>(arguments.byte());
    Answer answer;
    if (operation == Operation::start) {
      link = start(arguments);
    } else if (!link) {
      std::fputs("the first operation must be start\n", stderr);
      return 64;
    } else {
      answer.result = call(*link, operation, arguments, answer);
    }
    // A composed message and bytes of events never share an answer: composing brings no data events.
    while (const auto event = link->next_event()) answer.events.push_back(describe(*event, answer.bytes));
    send(answer, link->open_streams());
  }
  return 0;
}
