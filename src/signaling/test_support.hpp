#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>

#include "core/async_event.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "identity/hello_proof.hpp"
#include "identity/pairing.hpp"
#include "signaling/service.hpp"
#include "socketio/client.hpp"

namespace pantheon::signaling::test {

namespace asio = boost::asio;
namespace json = core::json;

constexpr std::chrono::seconds kPatience{10};

inline std::string text_of(const json::object& object, std::string_view name) {
  return std::string(core::get_string(object, name).value_or(""));
}

/// A `webrtc-signal` to a device, as a client sends it.
inline json::object signal_to(std::string_view device_id, std::string_view text) {
  return {{"to", device_id}, {"signal", text}};
}

/// A Socket.IO client that keeps what arrives until the test asks for it.
class TestClient {
 public:
  TestClient(asio::any_io_executor executor, std::uint16_t port, json::object auth)
      : changed_(executor), client_(executor, options(port), [auth] { return give(auth); }) {
    client_.on_any([this](const socketio::Event& event) {
      if (answers_.contains(event.name) && event.wants_ack()) {
        event.ack({answers_[event.name](event.args.at(0).as_object())});
      }
      if (event.wants_ack()) unanswered_[event.name] = event;
      events_[event.name].push_back(event.args.empty() ? json::value() : event.args.at(0));
      changed_.notify();
    });
    client_.on_connect([this] { changed_.notify(); });
    client_.on_disconnect([this](std::string_view) {
      disconnected_ = true;
      changed_.notify();
    });
    client_.on_connect_error([this](const json::object& error) {
      refused_ = error;
      changed_.notify();
    });
  }

  /// Empty when it is connected, else the code of the refusal.
  asio::awaitable<std::string> connect() {
    client_.start();
    co_await until([this] { return client_.connected() || refused_.has_value(); });
    if (!refused_) co_return std::string();
    const auto* data = core::get_object(*refused_, "data");
    co_return data == nullptr ? "no data" : text_of(*data, "code");
  }
  /// What the refusal carried, once connect() has said that there is one.
  json::object refusal() const {
    const auto* data = core::get_object(*refused_, "data");
    return data == nullptr ? json::object() : *data;
  }
  /// The next event of a name that was not taken yet.
  asio::awaitable<json::object> next(std::string event) {
    co_await until([this, &event] { return !events_[event].empty(); });
    auto payload = events_[event].front();
    events_[event].pop_front();
    if (payload.is_object()) co_return payload.as_object();
    json::object wrapped;
    wrapped["list"] = std::move(payload);
    co_return wrapped;
  }
  asio::awaitable<void> disconnected() {
    co_await until([this] { return disconnected_; });
  }
  /// The acknowledgement of an event.
  asio::awaitable<json::object> ask(std::string event, json::value payload = nullptr) {
    json::array arguments;
    arguments.push_back(std::move(payload));
    auto answer = co_await client_.request(std::move(event), std::move(arguments), kPatience);
    if (!answer) throw std::runtime_error(answer.error().message());
    co_return answer->at(0).as_object();
  }
  void emit(std::string_view event, json::value payload = nullptr) {
    EXPECT_TRUE(client_.emit(event, {std::move(payload)}));
  }
  /// What it answers to an event of the server that wants an acknowledgement.
  void answer(const std::string& event, std::function<json::object(const json::object&)> with) {
    answers_[event] = std::move(with);
  }
  /// Answers the last event of that name later.
  void answer_now(const std::string& event, json::object with) {
    unanswered_.at(event).ack({std::move(with)});
  }
  /// Everything the server sent it before has arrived when this returns.
  asio::awaitable<void> settle() { static_cast<void>(co_await ask("list-devices")); }
  std::size_t waiting(const std::string& event) { return events_[event].size(); }
  bool is_connected() const { return client_.connected(); }
  const std::string& id() const { return client_.id(); }
  asio::awaitable<void> stop() { return client_.stop(); }

 private:
  static socketio::ClientOptions options(std::uint16_t port) {
    socketio::ClientOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(port);
    options.reconnect = false;
    return options;
  }
  static asio::awaitable<core::Result<json::object>> give(json::object auth) { co_return auth; }
  asio::awaitable<void> until(std::function<bool()> condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= deadline)
        throw std::runtime_error("what was awaited did not come");
      static_cast<void>(co_await changed_.wait_until(deadline));
    }
  }

  core::AsyncEvent changed_;
  std::map<std::string, std::deque<json::value>> events_;
  std::map<std::string, std::function<json::object(const json::object&)>> answers_;
  std::map<std::string, socketio::Event> unanswered_;
  std::optional<json::object> refused_;
  bool disconnected_ = false;
  socketio::Client client_;
};

/// A device with its key, as a test plays it.
struct TestDevice {
  explicit TestDevice(const identity::DeviceKey& made = identity::DeviceKey::generate()) : key(made) {}
  identity::DeviceKey key;
  std::string account;
  std::string access_token;
  std::string refresh_token;
  std::string id() const { return key.device_id(); }
};

/// A signaling service on a free port of this machine. Everything runs on one thread, inside run().
class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    options.dev = true;
    options.clock = [this] { return now; };
    options.limits.connects_per_second = 1000;
    options.limits.requests_per_second = 1000;
    options.limits.lists_per_second = 1000;
    options.proxies = Proxies::parse({}).value();
    options.limits.events_per_second = 1000;
    options.limits.redeems_per_second = 1000;
    options.limits.refreshes_per_second = 1000;
  }

  /// Starts the service with the options, runs the test's coroutine and ends everything in order.
  void run(std::function<asio::awaitable<void>()> body) {
    auto opened = Service::open(io.get_executor(), database, options);
    ASSERT_TRUE(opened) << opened.error().message();
    service = std::move(*opened);
    server = std::make_unique<http::Server>(io.get_executor());
    service->attach(*server);
    ASSERT_TRUE(server->listen());
    std::exception_ptr failure;
    asio::co_spawn(io, play(body), [&](std::exception_ptr thrown) {
      failure = thrown;
      io.stop();
    });
    io.run();
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
    }
    clients.clear();
    service.reset();
    server.reset();
  }

  /// A client with this `auth`; not connected yet.
  TestClient& client(json::object auth) {
    clients.push_back(std::make_unique<TestClient>(io.get_executor(), server->port(), std::move(auth)));
    return *clients.back();
  }
  static json::object legacy_auth(const std::string& account, const std::string& device_id,
                                  const std::string& type = "web") {
    return {{"token", "dev:" + account}, {"userId", account}, {"deviceId", device_id}, {"clientType", type}};
  }
  /// The same of a client that says what it can do, as older ones do not.
  static json::object current_auth(const std::string& account, const std::string& device_id) {
    auto auth = legacy_auth(account, device_id);
    auth["caps"] = json::array();
    return auth;
  }
  static http::Headers bearer(const std::string& credential) {
    return {{"Authorization", "Bearer " + credential}};
  }
  /// A connected client of the development account, joined to its room, as older clients are.
  asio::awaitable<TestClient*> joined(std::string account, std::string device_id, std::string type = "web") {
    auto& made = client(legacy_auth(account, device_id, type));
    const auto refused = co_await made.connect();
    EXPECT_EQ(refused, "");
    static_cast<void>(co_await made.ask("join-account"));
    static_cast<void>(co_await made.next("existing-peers"));
    co_return &made;
  }
  /// Breaks a client's connection off without a goodbye; returns when the server has noticed.
  asio::awaitable<void> drop(TestClient* dropped) {
    const auto before = service->connected_sockets();
    std::erase_if(clients, [&](const auto& made) { return made.get() == dropped; });
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (service->connected_sockets() == before) {
      if (std::chrono::steady_clock::now() >= deadline) throw std::runtime_error("the drop was not noticed");
      co_await asio::post(io, asio::use_awaitable);
    }
  }

  asio::awaitable<http::Response> fetch(std::string method, std::string path, std::string body = {},
                                        http::Headers headers = {}) {
    http::Client http(io.get_executor());
    http::ClientRequest request;
    request.url = http::parse_url("http://127.0.0.1:" + std::to_string(server->port()) + path).value();
    request.method = std::move(method);
    request.body = std::move(body);
    request.headers = std::move(headers);
    auto response = co_await http.fetch(std::move(request), core::Bytes{1024 * 1024});
    if (!response) throw std::runtime_error(response.error().message());
    co_return std::move(*response);
  }
  asio::awaitable<json::object> get(std::string path) {
    const auto response = co_await fetch("GET", path);
    co_return core::parse_json_object(response.body).value();
  }
  /// The body of the answer, or `{code}` of its error.
  asio::awaitable<json::object> post(std::string path, json::object body) {
    const auto response = co_await fetch("POST", path, core::serialize_json(body));
    auto object = core::parse_json_object(response.body).value();
    const auto* error = core::get_object(object, "error");
    if (error != nullptr) {
      json::object failure = *error;
      failure["status"] = response.status;
      co_return failure;
    }
    co_return object;
  }

  asio::awaitable<std::string> nonce() {
    const auto answer = co_await get("/v1/nonce");
    co_return text_of(answer, "nonce");
  }
  /// `{nonce, signature}` for a hello with this token.
  asio::awaitable<json::object> proof(const TestDevice& device, std::string token,
                                      std::string device_id = {}) {
    if (device_id.empty()) device_id = device.id();
    const auto fresh = co_await nonce();
    const auto signature = identity::sign_hello(device.key, fresh, device_id, token);
    json::object made;
    made["nonce"] = fresh;
    made["signature"] = identity::to_text(signature);
    co_return made;
  }
  /// The hello of a device with its own token, or with a development token when it has none.
  asio::awaitable<json::object> hello(const TestDevice& device, std::string instance = "tab-1") {
    const auto token = device.access_token.empty() ? "dev:" + device.account : device.access_token;
    json::object auth{
        {"token", token}, {"deviceId", device.id()}, {"clientType", "native"}, {"instance", instance}};
    auto signed_nonce = co_await proof(device, token);
    auth["proof"] = std::move(signed_nonce);
    auth["publicKey"] = identity::to_text(device.key.public_key());
    co_return auth;
  }
  asio::awaitable<TestClient*> connected(const TestDevice& device, std::string instance = "tab-1") {
    auto auth = co_await hello(device, instance);
    auto& made = client(std::move(auth));
    const auto refused = co_await made.connect();
    EXPECT_EQ(refused, "");
    static_cast<void>(co_await made.ask("join-account"));
    static_cast<void>(co_await made.next("existing-peers"));
    co_return &made;
  }
  /// A device of the machine's owner, with tokens.
  TestDevice owner_device(const std::string& name = "host") {
    TestDevice device;
    const auto tokens =
        service->issue_owner_token(device.id(), device.key.public_key(), name, "Linux").value();
    device.account = tokens.account;
    device.access_token = tokens.access_token;
    device.refresh_token = tokens.refresh_token;
    return device;
  }

  core::WallTime now = core::wall_now();
  Options options;
  std::filesystem::path database = ":memory:";
  asio::io_context io;
  std::unique_ptr<Service> service;
  std::unique_ptr<http::Server> server;
  std::vector<std::unique_ptr<TestClient>> clients;

 private:
  asio::awaitable<void> play(std::function<asio::awaitable<void>()> body) {
    std::exception_ptr failure;
    try {
      co_await body();
    } catch (...) {
      failure = std::current_exception();
    }
    for (const auto& made : clients) co_await made->stop();
    co_await service->stop();
    co_await server->stop();
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace pantheon::signaling::test
