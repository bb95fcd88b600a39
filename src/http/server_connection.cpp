#include "http/server_connection.hpp"

#include <boost/asio/this_coro.hpp>

#include "core/log.hpp"
#include "http/deadline.hpp"
#include "http/peer_watch.hpp"
#include "http/request_reader.hpp"
#include "http/response_writer.hpp"
#include "http/websocket_connection.hpp"
#include "http/websocket_handshake.hpp"

namespace pantheon::http {
namespace {

constexpr std::chrono::seconds kLingerTimeout{2};
constexpr std::size_t kLingerBytes = 1024 * 1024;

/// An agreed upgrade: what is left of the connection when HTTP is over.
struct Upgraded {
  Request request;
  const Server::UpgradeHandler* handler = nullptr;
  core::Bytes max_message;
  std::string early;
  std::string acceptance;  ///< not sent yet
};

/// A connection that another server takes over.
struct Departure {
  TakeOver take_over;
  HandedOver connection;
};

/// What becomes of a connection when HTTP is over here; nothing: it ends.
struct Outcome {
  std::optional<Upgraded> upgraded = {};
  std::unique_ptr<Departure> departure = {};
};

enum class Next { another_request, close, closed, upgrade, hand_over };

class HttpConnection {
 public:
  HttpConnection(std::shared_ptr<const Site> site, Stream& stream, bool secure, asio::ip::address remote)
      : site_(std::move(site)),
        stream_(stream),
        deadline_(stream.socket().get_executor(), [this] { stream_.cancel(); }),
        reader_(stream_, deadline_, site_->options),
        remote_(std::move(remote)),
        secure_(secure) {}

  /// From a request on that another server has read the head of.
  HttpConnection(std::shared_ptr<const Site> site, Stream& stream, HandedOver from)
      : site_(std::move(site)),
        stream_(stream),
        deadline_(stream.socket().get_executor(), [this] { stream_.cancel(); }),
        reader_(stream_, deadline_, site_->options, std::move(from.read)),
        remote_(std::move(from.remote)),
        handed_over_(std::move(from.head)),
        served_(from.served),
        secure_(from.secure) {}

  asio::awaitable<Outcome> run() {
    const auto& options = site_->options;
    for (;; ++served_) {
      if (!handed_over_) {
        const auto patience = served_ == 0 ? options.header_timeout : options.idle_timeout;
        const bool arrived = co_await reader_.wait(patience);
        if (!arrived) co_return Outcome{};
      }
      last_ = served_ + 1 >= options.max_requests_per_connection;
      const Next next = co_await serve_one();
      if (next == Next::upgrade || next == Next::hand_over) co_return std::move(outcome_);
      if (next == Next::close) co_await linger();
      if (next != Next::another_request) co_return Outcome{};
    }
  }

 private:
  asio::awaitable<core::Result<RequestReader::Head>> next_head() {
    if (!handed_over_) return reader_.read_head();
    return given(*std::exchange(handed_over_, std::nullopt));
  }

  static asio::awaitable<core::Result<RequestReader::Head>> given(RequestReader::Head head) {
    co_return core::Result<RequestReader::Head>(std::move(head));
  }

  bool hand_over(RequestReader::Head& head) {
    if (!site_->elsewhere) return false;
    auto take_over = site_->elsewhere(head.request);
    if (!take_over) return false;
    HandedOver connection{nullptr, secure_, remote_, std::move(head), reader_.release(), served_};
    outcome_.departure.reset(new Departure{std::move(take_over), std::move(connection)});
    return true;
  }

  asio::awaitable<Next> serve_one() {
    // What cannot be read is answered as a plain request, not as the one before.
    http_1_0_ = false;
    head_only_ = false;
    auto head = co_await next_head();
    if (!head) co_return co_await refuse(head.error());
    if (hand_over(*head)) co_return Next::hand_over;
    Request& request = head->request;
    request.remote_address = remote_;
    request.secure = secure_;
    http_1_0_ = head->http_1_0;
    head_only_ = request.method == "HEAD";
    keep_alive_ = head->keep_alive && !last_;

    for (const auto& hook : site_->before) {
      auto early = hook(request);
      // The body was not read, so nothing behind it could be understood.
      if (early) co_return co_await respond(request, std::move(*early), keep_alive_ && !head->has_body);
    }
    const Match match = site_->router.find(request.method, request.path, wants_websocket(request));
    if (match.upgrade != nullptr) co_return co_await upgrade(std::move(request), match, head->has_body);
    if (match.handler == nullptr) {
      co_return co_await respond(request, refusal(match), keep_alive_ && !head->has_body);
    }
    co_return co_await answer(std::move(request), match, *head);
  }

  static Response refusal(const Match& match) {
    Response response = error_response(match.error);
    if (!match.allow.empty()) response.headers.set("Allow", match.allow);
    if (match.error == HttpError::upgrade_required) response.headers.set("Upgrade", "websocket");
    return response;
  }

  asio::awaitable<Next> answer(Request request, Match match, const RequestReader::Head& head) {
    const RouteOptions& options = *match.options;
    if (options.check) {
      auto refused = options.check(request);
      if (refused) co_return co_await respond(request, std::move(*refused), keep_alive_ && !head.has_body);
    }
    const core::Bytes limit = options.max_body_of ? options.max_body_of(request)
                                                  : options.max_body.value_or(site_->options.max_body);
    // Who announces too much is told so at once (RFC 9110, section 10.1.1).
    if (head.expects_continue && head.length <= limit.count) {
      const bool sent = co_await send_all("HTTP/1.1 100 Continue\r\n\r\n", {});
      if (!sent) co_return Next::closed;
    }
    auto body = co_await reader_.read_body(limit);
    if (!body) {
      if (options.broken_off) options.broken_off(request, body.error());
      if (body.error().is(HttpError::connection_closed)) co_return Next::closed;
      co_return co_await respond(request, error_response(body.error()), false);
    }
    Request whole = request;
    whole.body = std::move(*body);
    std::optional<PeerWatch> watch;
    if (options.broken_off) {
      watch.emplace(stream_, secure_,
                    [&options, &request] { options.broken_off(request, HttpError::connection_closed); });
      watch->start();
    }
    Response response = co_await call(*match.handler, std::move(whole));
    watch.reset();
    co_return co_await respond(request, std::move(response), keep_alive_);
  }

  static asio::awaitable<Response> call(const Server::Handler& handler, Request request) {
    const std::string path = request.path;
    try {
      co_return co_await handler(std::move(request));
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      core::logger("http")->error("handler of {} failed: {}", path, error.what());
    } catch (const std::exception& error) {
      core::logger("http")->error("handler of {} failed: {}", path, error.what());
    }
    co_return error_response(HttpError::handler_failed);
  }

  asio::awaitable<Next> upgrade(Request request, Match match, bool has_body) {
    if (has_body)
      co_return co_await respond(request, error_response(HttpError::bad_websocket_request), false);
    if (match.upgrade_options->check) {
      auto refused = match.upgrade_options->check(request);
      if (refused) co_return co_await respond(request, std::move(*refused), false);
    }
    const auto accept = accept_websocket(request);
    if (!accept) {
      Response response = error_response(accept.error());
      response.headers.set("Sec-WebSocket-Version", "13");
      co_return co_await respond(request, std::move(response), false);
    }
    std::string acceptance = *accept;
    if (!match.upgrade_options->answer_with_first_message) {
      const bool sent = co_await send_all(acceptance, {});
      if (!sent) co_return Next::closed;
      acceptance.clear();
    }
    outcome_.upgraded = Upgraded{std::move(request), match.upgrade, match.upgrade_options->max_message,
                                 reader_.take_rest(), std::move(acceptance)};
    co_return Next::upgrade;
  }

  // The request could not be read, so there is none to answer; the peer is told why and the connection ends.
  asio::awaitable<Next> refuse(core::Error error) {
    if (error.is(HttpError::connection_closed)) co_return Next::closed;
    Request unread;
    unread.remote_address = remote_;
    unread.secure = secure_;
    co_return co_await respond(unread, error_response(error), false);
  }

  asio::awaitable<Next> respond(const Request& request, Response response, bool keep_alive) {
    for (const auto& hook : site_->after) hook(request, response);
    const std::string head = encode_response_head(response, keep_alive, http_1_0_);
    const bool bare = head_only_ || response.status == 204 || response.status == 304;
    const bool sent = co_await send_all(head, bare ? std::string_view() : std::string_view(response.body));
    if (!sent) co_return Next::closed;
    co_return keep_alive ? Next::another_request : Next::close;
  }

  asio::awaitable<bool> send_all(std::string_view head, std::string_view body) {
    deadline_.arm(site_->options.write_timeout);
    const IoResult result = co_await stream_.write(
        {asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())});
    deadline_.disarm();
    co_return !result.error;
  }

  // Closing while the peer still sends would reset the connection and could destroy the answer on its way
  // (RFC 9112, section 9.6).
  asio::awaitable<void> linger() {
    deadline_.arm(kLingerTimeout);
    co_await stream_.shutdown();
    std::size_t taken = 0;
    while (taken < kLingerBytes && !deadline_.expired()) {
      std::span<std::uint8_t> bytes;
      const IoResult result = co_await stream_.read_shared(bytes);
      if (result.error) co_return;
      taken += result.bytes;
    }
  }

  std::shared_ptr<const Site> site_;
  Stream& stream_;
  Deadline deadline_;
  RequestReader reader_;
  asio::ip::address remote_;
  Outcome outcome_;
  std::optional<RequestReader::Head> handed_over_;
  std::size_t served_ = 0;  ///< requests of this connection, whatever became of them
  bool secure_;
  bool last_ = false;
  bool http_1_0_ = false;
  bool head_only_ = false;
  bool keep_alive_ = true;
};

// The connection is on the heap and gone before an upgraded one goes on: that may idle for days.
asio::awaitable<Outcome> run(std::unique_ptr<HttpConnection> connection) {
  co_return co_await connection->run();
}

asio::awaitable<void> serve_to_end(std::unique_ptr<HttpConnection> connection,
                                   std::unique_ptr<Stream> stream) {
  auto outcome = co_await run(std::move(connection));
  if (outcome.departure) {
    outcome.departure->connection.stream = std::move(stream);
    outcome.departure->take_over(std::move(outcome.departure->connection));
    co_return;
  }
  if (!outcome.upgraded) co_return;
  auto& upgraded = *outcome.upgraded;
  auto websocket = make_websocket(std::move(stream), WebSocketRole::server, upgraded.max_message,
                                  std::move(upgraded.early), std::move(upgraded.acceptance));
  const auto& handler = *upgraded.handler;
  co_await handler(std::move(upgraded.request), std::move(websocket));
}

}  // namespace

asio::awaitable<void> serve_connection(std::shared_ptr<const Site> site, std::unique_ptr<Stream> stream,
                                       bool secure, asio::ip::address remote) {
  auto connection = std::make_unique<HttpConnection>(std::move(site), *stream, secure, std::move(remote));
  return serve_to_end(std::move(connection), std::move(stream));
}

asio::awaitable<void> serve_handed_over(std::shared_ptr<const Site> site, HandedOver from) {
  auto stream = std::move(from.stream);
  auto connection = std::make_unique<HttpConnection>(std::move(site), *stream, std::move(from));
  return serve_to_end(std::move(connection), std::move(stream));
}

}  // namespace pantheon::http
