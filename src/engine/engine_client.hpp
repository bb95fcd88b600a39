#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "engine/engine.hpp"
#include "http/client.hpp"
#include "http/deadline.hpp"
#include "http/message.hpp"

namespace pantheon::engine {

namespace asio = boost::asio;

/// A gateway of ours marks all its answers with this header, so that no host adopts it as an engine.
constexpr std::string_view kGatewayMark = "x-pantheon-gateway";

/// One request to an engine.
struct EngineCall {
  std::string method = "GET";
  std::string path;  ///< below the engine's base address, beginning with '/'
  http::Headers headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{5'000};
  /// Loading a large model and reading a long prompt both come before the header of the answer.
  std::chrono::milliseconds response_timeout{std::chrono::minutes(15)};
  /// Between two pieces of the answer, and until the first: engines that send the header at once think after
  /// it.
  std::chrono::milliseconds silence_timeout{std::chrono::minutes(15)};
};

/// The answer of an engine while it arrives. Destroying it, or cancelling the coroutine that waits in read(),
/// closes the connection, at which engines stop generating.
class EngineAnswer {
 public:
  EngineAnswer(const asio::any_io_executor& executor, std::unique_ptr<http::ClientExchange> exchange,
               std::chrono::milliseconds silence_timeout);
  unsigned status() const { return exchange_->status(); }
  const http::Headers& headers() const { return exchange_->headers(); }
  /// The next bytes as they came, empty at the end; the view holds until the next call.
  /// `engine_failed` when the answer breaks off, or nothing comes for as long as the call allows.
  asio::awaitable<core::Result<core::ByteView>> read();

 private:
  std::unique_ptr<http::ClientExchange> exchange_;
  std::chrono::milliseconds silence_timeout_;
  std::unique_ptr<http::Deadline> silence_;
};

/// Talks HTTP to engines: the only place that sets their Authorization and Accept-Encoding.
/// Use from the executor's thread. Errors are EngineError; their details hold no content.
class EngineClient {
 public:
  explicit EngineClient(asio::any_io_executor executor, http::ClientOptions options = {});

  /// Returns when the header of the answer is there.
  asio::awaitable<core::Result<EngineAnswer>> send(EngineAddress address, EngineCall call);
  /// The whole answer, at most `max_body`; `engine_bad_answer` beyond it.
  asio::awaitable<core::Result<http::Response>> fetch(EngineAddress address, EngineCall call,
                                                      core::Bytes max_body,
                                                      std::chrono::milliseconds body_timeout);

 private:
  asio::any_io_executor executor_;
  http::Client client_;
};

}  // namespace pantheon::engine
