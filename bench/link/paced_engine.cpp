// A stand-in engine that emits tokens at an exact pace: a benchmark tool, no test double for correctness.
//
// Speaks enough of llama-server's HTTP API to be recognised, with 128 slots. Prints `listening <port>`.
// POST /v1/chat/completions {"model":"paced","max_tokens":N,"rate":R,"spread":BOOL}: N tokens, R a second, by
//   absolute deadlines; the first after a random part of a period when `spread`, else at once.
// POST /v1/completions {"model":"paced","bytes":N}: N bytes as fast as they are taken.
#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <iostream>
#include <random>
#include <vector>

#include "core/json.hpp"
#include "core/task_group.hpp"
#include "link/measure.hpp"
#include "link/token_event.hpp"
#include "run_tool.hpp"

namespace pantheon::bench {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

constexpr std::size_t kMaxRequest = 1024 * 1024;
constexpr std::size_t kBulkPiece = 64 * 1024;
constexpr std::string_view kModels =
    R"({"object":"list","data":[{"id":"paced","object":"model","created":0,"owned_by":"llamacpp"}]})";
constexpr std::string_view kProperties =
    R"({"default_generation_settings":{"n_ctx":4096},"total_slots":128,"model_path":"paced","build_info":"bench"})";
// A page asks across origins; its timer is exact only when isolated, and then this must be said, too.
constexpr std::string_view kOpenToPages =
    "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n";

struct Request {
  std::string method;
  std::string path;
  std::string body;
};

std::size_t content_length(std::string header) {
  for (auto& c : header) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::string_view kName = "content-length:";
  const auto at = header.find(kName);
  if (at == std::string::npos) return 0;
  const auto digits = header.find_first_not_of(' ', at + kName.size());
  std::size_t length = 0;
  std::from_chars(header.data() + digits, header.data() + header.size(), length);
  return std::min(length, kMaxRequest);
}

asio::awaitable<Request> read_request(tcp::socket& socket, std::string& buffer) {
  const auto size = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer, kMaxRequest),
                                                    "\r\n\r\n", asio::use_awaitable);
  const auto header = buffer.substr(0, size);
  buffer.erase(0, size);
  Request request;
  std::istringstream line(header);
  line >> request.method >> request.path;
  const auto length = content_length(header);
  if (buffer.size() < length) {
    co_await asio::async_read(socket, asio::dynamic_buffer(buffer, length),
                              asio::transfer_exactly(length - buffer.size()), asio::use_awaitable);
  }
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  co_return request;
}

asio::awaitable<void> send(tcp::socket& socket, std::string_view text) {
  co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
}

std::string head(std::string_view status, std::string_view type, std::string_view framing) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) + "\r\n" +
         std::string(kOpenToPages) + std::string(framing) + "\r\n\r\n";
}

asio::awaitable<void> send_document(tcp::socket& socket, std::string_view status, std::string_view body) {
  auto text = head(status, "application/json", "Content-Length: " + std::to_string(body.size()));
  text += body;
  co_await send(socket, text);
}

std::string chunk(std::string_view payload) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), payload.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + std::string(payload) + "\r\n";
}

asio::awaitable<void> stream_tokens(tcp::socket& socket, const core::json::object& order) {
  const auto count = core::get_integer(order, "max_tokens").value_or(1);
  const auto* rate = order.if_contains("rate");
  const double per_second = rate != nullptr && rate->is_number() ? rate->to_number<double>() : 100.0;
  const auto period = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(1.0 / std::max(per_second, 0.001)));
  static std::mt19937_64 random{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> part(0, period.count());
  co_await send(socket, head("200 OK", "text/event-stream", "Transfer-Encoding: chunked"));
  asio::steady_timer timer(socket.get_executor());
  auto due = Clock::now();
  if (core::get_bool(order, "spread").value_or(false)) due += std::chrono::nanoseconds(part(random));
  for (std::int64_t i = 0; i < count; ++i, due += period) {
    timer.expires_at(due);
    co_await timer.async_wait(asio::use_awaitable);
    co_await send(socket, chunk(token_event(steady_now_ns(), wall_now_ns())));
  }
  co_await send(socket, chunk(kDoneEvent) + "0\r\n\r\n");
}

asio::awaitable<void> stream_bytes(tcp::socket& socket, const core::json::object& order) {
  auto left =
      static_cast<std::size_t>(std::max<std::int64_t>(core::get_integer(order, "bytes").value_or(0), 0));
  co_await send(socket,
                head("200 OK", "application/octet-stream", "Content-Length: " + std::to_string(left)));
  const std::string piece(kBulkPiece, 'x');
  while (left > 0) {
    const auto size = std::min(left, piece.size());
    co_await send(socket, std::string_view(piece).substr(0, size));
    left -= size;
  }
}

asio::awaitable<void> answer(tcp::socket& socket, Request request) {
  if (request.path == "/v1/models") co_return co_await send_document(socket, "200 OK", kModels);
  if (request.path == "/props") co_return co_await send_document(socket, "200 OK", kProperties);
  const auto order = core::parse_json_object(request.body);
  if (request.method == "POST" && order) {
    if (request.path == "/v1/chat/completions") co_return co_await stream_tokens(socket, *order);
    if (request.path == "/v1/completions") co_return co_await stream_bytes(socket, *order);
  }
  co_await send_document(socket, "404 Not Found", R"({"error":{"message":"not here"}})");
}

asio::awaitable<void> serve(tcp::socket socket) {
  socket.set_option(tcp::no_delay(true));
  std::string buffer;
  try {
    for (;;) {
      auto request = co_await read_request(socket, buffer);
      co_await answer(socket, std::move(request));
    }
  } catch (const boost::system::system_error&) {
    co_return;  // the asker went away
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, core::TaskGroup& tasks) {
  for (;;) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    tasks.spawn(serve(std::move(socket)));
  }
}

}  // namespace
}  // namespace pantheon::bench

static int parse_and_run(int argc, char** argv) {
  using namespace pantheon;
  CLI::App app("A stand-in engine that emits tokens at an exact pace");
  std::uint16_t port = 0;
  app.add_option("--port", port, "Port on 127.0.0.1; 0 takes a free one");
  CLI11_PARSE(app, argc, argv);
  boost::asio::io_context io(1);
  core::TaskGroup tasks(io.get_executor());
  bench::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), port});
  std::cout << "listening " << acceptor.local_endpoint().port() << std::endl;
  tasks.spawn(bench::accept(acceptor, tasks));
  io.run();
  return 0;
}

int main(int argc, char** argv) {
  return pantheon::bench::run_tool(parse_and_run, argc, argv);
}
