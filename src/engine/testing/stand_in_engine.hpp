#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/task_group.hpp"

namespace pantheon::engine::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// A recorded answer of a real engine, from tests/vectors/host.
inline std::string recorded(const std::string& name) {
  std::ifstream file(std::string(PANTHEON_SOURCE_DIR) + "/tests/vectors/host/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A small real HTTP server on loopback that answers as engines were recorded to, and can misbehave at will:
/// stall, break off, or watch for its client to go away. For tests of this part and of src/host.
class StandInEngine {
 public:
  using Request = beast::http::request<beast::http::string_body>;

  class Connection {
   public:
    Connection(asio::ip::tcp::socket socket, Request request)
        : socket_(std::move(socket)), request_(std::move(request)) {}
    const Request& request() const { return request_; }
    asio::awaitable<void> send(std::string text) {
      boost::system::error_code ignored;
      co_await asio::async_write(socket_, asio::buffer(text),
                                 asio::redirect_error(asio::use_awaitable, ignored));
    }
    asio::awaitable<void> start_stream(std::string content_type = "text/event-stream") {
      return send("HTTP/1.1 200 OK\r\nContent-Type: " + content_type +
                  "\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    }
    asio::awaitable<void> chunk(std::string data) {
      std::ostringstream text;
      text << std::hex << data.size() << "\r\n" << data << "\r\n";
      return send(text.str());
    }
    /// Returns when the client has closed the connection.
    asio::awaitable<void> closed() {
      char byte = 0;
      boost::system::error_code error;
      while (!error) {
        co_await socket_.async_read_some(asio::buffer(&byte, 1),
                                         asio::redirect_error(asio::use_awaitable, error));
      }
    }

   private:
    asio::ip::tcp::socket socket_;
    Request request_;
  };
  using Handler = std::function<asio::awaitable<void>(std::shared_ptr<Connection>)>;

  explicit StandInEngine(asio::io_context& io, unsigned short port = 0)
      : acceptor_(io, {asio::ip::address_v4::loopback(), port}),
        port_(acceptor_.local_endpoint().port()),
        tasks_(io.get_executor()) {
    tasks_.spawn(accept());
  }

  unsigned short port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

  /// `what` is "GET /path" without a query.
  void on(const std::string& what, Handler handler) { handlers_[what] = std::move(handler); }
  void reply(const std::string& what, std::string body, unsigned status = 200,
             std::string headers = "Content-Type: application/json\r\n") {
    on(what, [=](std::shared_ptr<Connection> connection) {
      return connection->send("HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
                              "Connection: close\r\nContent-Length: " + std::to_string(body.size()) +
                              "\r\n\r\n" + body);
    });
  }
  void forget(const std::string& what) { handlers_.erase(what); }
  /// Stops listening and drops every connection, as a killed engine does.
  void die() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    tasks_.cancel();
  }
  /// Every request so far, as "GET /path".
  std::vector<std::string> seen;
  std::vector<Request> requests;

  void be_ollama() {
    reply("GET /", "Ollama is running", 200, "Content-Type: text/plain\r\n");
    reply("GET /api/version", recorded("ollama_version.json"));
    reply("GET /api/tags", recorded("ollama_tags.json"));
    reply("GET /api/ps", recorded("ollama_ps.json"));
    reply("POST /api/show", recorded("ollama_show.json"));
  }
  void be_llama_server() {
    reply("GET /props", recorded("llama_server_props.json"));
    reply("GET /v1/models", recorded("llama_server_models.json"));
  }
  void be_lm_studio() { reply("GET /api/v0/models", recorded("lm_studio_models.json")); }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      boost::system::error_code error;
      auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      tasks_.spawn(serve(std::move(socket)));
    }
  }
  asio::awaitable<void> serve(asio::ip::tcp::socket socket) {
    beast::flat_buffer buffer;
    Request request;
    boost::system::error_code error;
    co_await beast::http::async_read(socket, buffer, request,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const std::string target(request.target());
    const auto what = std::string(request.method_string()) + " " + target.substr(0, target.find('?'));
    seen.push_back(what);
    requests.push_back(request);
    auto connection = std::make_shared<Connection>(std::move(socket), std::move(request));
    const auto handler = handlers_.find(what);
    if (handler == handlers_.end()) {
      co_await connection->send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
      co_return;
    }
    const auto serve_it = handler->second;
    co_await serve_it(connection);
  }

  asio::ip::tcp::acceptor acceptor_;
  unsigned short port_;
  std::map<std::string, Handler> handlers_;
  core::TaskGroup tasks_;
};

}  // namespace pantheon::engine::testing
