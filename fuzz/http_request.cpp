// links: pantheon_http
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "http/request_reader.hpp"
#include "http/url.hpp"

namespace {

namespace asio = boost::asio;
namespace core = pantheon::core;
namespace http = pantheon::http;

constexpr core::Bytes kMostBody{4096};

void require(bool condition) {
  if (!condition) std::abort();
}

// Gives the fuzzer's bytes in pieces of one size, then the end.
class ScriptedStream final : public http::Stream {
 public:
  ScriptedStream(asio::io_context& io, core::ByteView bytes, std::size_t piece)
      : rest_(bytes), piece_(piece), socket_(io) {}

  asio::awaitable<http::IoResult> read_some(asio::mutable_buffer buffer) override {
    if (rest_.empty()) co_return http::IoResult{asio::error::eof, 0};
    const auto size = std::min({piece_, rest_.size(), buffer.size()});
    std::copy_n(rest_.begin(), size, static_cast<std::uint8_t*>(buffer.data()));
    rest_ = rest_.subspan(size);
    co_return http::IoResult{{}, size};
  }
  asio::awaitable<http::IoResult> read_shared(std::span<std::uint8_t>& bytes) override {
    const auto next = rest_.first(std::min(piece_, rest_.size()));
    shared_.assign(next.begin(), next.end());
    bytes = shared_;
    rest_ = rest_.subspan(next.size());
    co_return http::IoResult{};
  }
  asio::awaitable<http::IoResult> write(std::array<asio::const_buffer, 2>) override {
    co_return http::IoResult{};
  }
  asio::awaitable<void> shutdown() override { co_return; }
  http::tcp::socket& socket() override { return socket_; }

 private:
  core::ByteView rest_;
  std::vector<std::uint8_t> shared_;
  std::size_t piece_;
  http::tcp::socket socket_;
};

void check(const http::Request& request) {
  require(!request.method.empty() && request.target.size() <= 16 * 1024);
  require(request.target == "*" || request.target.starts_with('/'));
  for (const auto& [name, value] : request.headers.fields()) {
    require(!name.empty() && value.find_first_of("\r\n") == std::string::npos);
  }
}

// Requests one after another, as a connection reads them; what they were goes into `log`.
asio::awaitable<void> read_all(http::Stream& stream, asio::any_io_executor executor, std::string& log) {
  http::Deadline deadline(executor, [] {});
  const http::ServerOptions options;
  http::RequestReader reader(stream, deadline, options);
  for (int count = 0; count < 16; ++count) {
    const bool more = co_await reader.wait(std::chrono::milliseconds(1000));
    if (!more) break;
    auto head = co_await reader.read_head();
    // Which error: a bad line of a head that ends too early is seen only when it comes in one piece.
    log += head ? head->request.method + " " + head->request.target + "\n" : "error\n";
    if (!head) break;
    check(head->request);
    if (!head->has_body) continue;
    const auto body = co_await reader.read_body(kMostBody);
    log += body ? *body + "\n" : "error\n";
    if (!body) break;
    require(body->size() <= kMostBody.count);
  }
}

std::string requests_in(core::ByteView bytes, std::size_t piece) {
  asio::io_context io(1);
  ScriptedStream stream(io, bytes, piece);
  std::string log;
  asio::co_spawn(io, read_all(stream, io.get_executor(), log), asio::detached);
  io.run();
  return log;
}

}  // namespace

// However the bytes are cut, the same requests come out, and an error at the same place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const core::ByteView bytes(data + 1, size - 1);
  require(requests_in(bytes, bytes.size() + 1) == requests_in(bytes, 1U + data[0] % 32U));
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (const auto url = http::parse_url(text)) require(!url->host.empty() && url->target.starts_with('/'));
  static_cast<void>(http::percent_decode(text));
  return 0;
}
