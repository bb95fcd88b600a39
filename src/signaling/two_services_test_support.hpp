#pragma once

#include <cstdlib>
#include <filesystem>

#include "cluster/testing/redis_server.hpp"
#include "signaling/legacy_test_support.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::signaling::test {

/// Two services on one data folder, in one process and on one thread, that are one server.
struct TwoServicesTest : LegacyServiceTest {
  TwoServicesTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pantheon-two-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
    database = folder / "signaling.db";
  }
  ~TwoServicesTest() override { std::filesystem::remove_all(folder); }

  /// How the second is set up.
  virtual Options options_of_other() { return options; }
  virtual std::filesystem::path database_of_other() { return database; }

  /// The test's coroutine with both nodes running.
  void run_both(std::function<asio::awaitable<void>()> body) {
    run([this, body]() -> asio::awaitable<void> { return with_both(*this, body); });
  }
  static asio::awaitable<void> with_both(TwoServicesTest& self, std::function<asio::awaitable<void>()> body) {
    auto opened = Service::open(self.io.get_executor(), self.database_of_other(), self.options_of_other());
    if (!opened) throw std::runtime_error(opened.error().message());
    self.other = std::move(*opened);
    self.other_server = std::make_unique<http::Server>(self.io.get_executor());
    self.other->attach(*self.other_server);
    EXPECT_TRUE(self.other_server->listen());
    EXPECT_TRUE(co_await self.service->wait_joined(std::chrono::seconds(10)));
    EXPECT_TRUE(co_await self.other->wait_joined(std::chrono::seconds(10)));
    std::exception_ptr failure;
    try {
      co_await body();
    } catch (...) {
      failure = std::current_exception();
    }
    for (const auto& made : self.clients) co_await made->stop();
    self.clients.clear();
    co_await self.other->stop();
    co_await self.other_server->stop();
    self.other.reset();
    self.other_server.reset();
    if (failure) std::rethrow_exception(failure);
  }

  /// While it lives, clients and requests go to the other node.
  struct Elsewhere {
    explicit Elsewhere(TwoServicesTest& test) : owner(test) { std::swap(owner.server, owner.other_server); }
    ~Elsewhere() { std::swap(owner.server, owner.other_server); }
    Elsewhere(const Elsewhere&) = delete;
    Elsewhere& operator=(const Elsewhere&) = delete;
    TwoServicesTest& owner;
  };
  asio::awaitable<TestClient*> joined_there(std::string account, std::string device_id) {
    const Elsewhere there(*this);
    co_return co_await joined(std::move(account), std::move(device_id));
  }
  asio::awaitable<TestClient*> connected_there(const TestDevice& device) {
    const Elsewhere there(*this);
    co_return co_await connected(device);
  }
  asio::awaitable<void> drop_there(TestClient* dropped) {
    std::swap(service, other);
    co_await drop(dropped);
    std::swap(service, other);
  }
  enum class Seen { online, away, not_at_all };
  /// Returns when the client is listed a socket so.
  static asio::awaitable<void> until_listed(TestClient* client, std::string socket_id, Seen as) {
    for (const auto end = std::chrono::steady_clock::now() + kPatience;;) {
      client->emit("request-peer-list");
      const auto list = co_await client->next("peer-list");
      auto seen = Seen::not_at_all;
      for (const auto& peer : list.at("list").as_array()) {
        if (text_of(peer.as_object(), "socketId") != socket_id) continue;
        seen = peer.at("online").as_bool() ? Seen::online : Seen::away;
      }
      if (seen == as) co_return;
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the list did not become so");
    }
  }
  /// Two devices of an account, one at each node, of which this node's has seen the other come.
  struct Meeting {
    TestClient* here = nullptr;
    TestClient* there = nullptr;
  };
  asio::awaitable<Meeting> meet(const TestDevice& here, const TestDevice& there) {
    Meeting meeting;
    meeting.here = co_await connected(here);
    {
      const Elsewhere elsewhere(*this);
      meeting.there = co_await connected(there);
    }
    const auto joined = co_await meeting.here->next("peer-joined");
    EXPECT_EQ(text_of(joined, "deviceId"), there.id());
    co_return meeting;
  }
  /// A list of one model, which has about so many bytes.
  static json::object list_of(std::size_t bytes) {
    return {{"models", json::array{json::object{{"name", std::string(bytes, 'x')}}}}};
  }
  /// This node's device revokes the other, which is told and cut.
  static asio::awaitable<void> expect_cut(Meeting meeting, json::object revocation, std::string lost_id) {
    const auto done = co_await meeting.here->ask("revoke-device", revocation);
    EXPECT_EQ(done.at("ok"), true);
    co_await meeting.there->disconnected();
    const auto told = co_await meeting.there->next("device-revoked");
    EXPECT_EQ(text_of(told, "deviceId"), lost_id);
  }
  /// A hello over a nonce of this node is good for the other, and then for neither.
  asio::awaitable<void> expect_hello_counts_once(const TestDevice& device) {
    auto auth = co_await hello(device);
    {
      const Elsewhere elsewhere(*this);
      auto& first = client(auth);
      const auto refused = co_await first.connect();
      EXPECT_EQ(refused, "");
    }
    auto& replayed = client(auth);
    const auto refused = co_await replayed.connect();
    EXPECT_EQ(refused, "proof_invalid");
  }
  static json::object revocation(const TestDevice& by, const TestDevice& of) {
    const auto statement = identity::Statement::make(
        by.key,
        {identity::StatementType::revoke, by.account, of.id(), of.key.public_key(), "", core::wall_now()});
    return {{"statement", statement.to_json()}};
  }

  std::filesystem::path folder;
  std::unique_ptr<Service> other;
  std::unique_ptr<http::Server> other_server;
};

/// The same, with a host that vouches for a phone.
struct TwoServicesPairingTest : TwoServicesTest {
  TestDevice host;
  TestDevice phone;
  identity::PairingLink link = identity::generate_pairing_link("http://127.0.0.1:1");
  identity::PairingRequest request{link.code, phone.id(), phone.key.public_key(), "Phone", "Android"};
  int asked = 0;
  core::WallTime code_ends;  ///< as the node has said that opened it last

  json::object vouch(const json::object& body) {
    ++asked;
    const identity::PairingRequest received{identity::parse_pairing_code(text_of(body, "code")).value(),
                                            text_of(body, "deviceId"),
                                            identity::parse_public_key(text_of(body, "publicKey")).value(),
                                            text_of(body, "name"), text_of(body, "platform")};
    const auto answer = identity::answer_pairing(host.key, host.id(), host.account, received, now);
    return {{"ok", true},
            {"statement", answer.statement.to_json()},
            {"voucher", json::object{{"deviceId", host.id()},
                                     {"publicKey", identity::to_text(host.key.public_key())},
                                     {"name", "Tower"}}},
            {"mac", core::to_base64url(identity::voucher_mac(link.secret, received, answer))}};
  }
  /// The host, connected here, opens its code.
  asio::awaitable<TestClient*> open_code(std::string instance = "tab-1") {
    if (host.account.empty()) host = owner_device("Tower");
    auto* live = co_await connected(host, std::move(instance));
    live->answer("pairing-request", [this](const json::object& body) { return vouch(body); });
    json::object payload;
    payload["code"] = identity::to_text(link.code);
    const auto opened = co_await live->ask("pairing-open", payload);
    EXPECT_EQ(opened.at("ok"), true);
    code_ends = core::WallTime(std::chrono::milliseconds(opened.at("expiresAt").as_int64()));
    co_return live;
  }
  json::object body() const {
    return {{"code", identity::to_text(request.code)},
            {"deviceId", request.device_id},
            {"publicKey", identity::to_text(request.public_key)},
            {"name", request.name},
            {"platform", request.platform},
            {"mac", core::to_base64url(identity::newcomer_mac(link.secret, request))}};
  }
  asio::awaitable<json::object> redeem() { return post("/v1/pairing/redeem", body()); }
};

/// Two nodes on one Redis.
template <class Base>
struct OverRedis : Base {
  OverRedis() {
    this->options.redis_url = redis.url();
    this->options.cluster_lease = std::chrono::milliseconds(1000);
  }
  /// Both say at /health that Redis is there, or that it is away.
  asio::awaitable<void> until_both_are(bool ready) {
    for (int node = 0; node < 2;) {
      json::object health;
      if (node == 0) {
        health = co_await this->get("/health");
      } else {
        const typename Base::Elsewhere there(*this);
        health = co_await this->get("/health");
      }
      if (health.at("cluster").at("ready").as_bool() == ready) ++node;
    }
  }
  cluster::RedisServer redis;
};

/// Two shards, on one thread here.
template <class Base>
struct AsShards : Base {
  AsShards() {
    const boost::asio::any_io_executor loop = this->io.get_executor();
    this->options.shards = std::make_shared<ShardGroup>(std::vector{loop, loop});
  }
  Options options_of_other() override {
    auto second = this->options;
    second.shard = 1;
    return second;
  }
};

}  // namespace pantheon::signaling::test
