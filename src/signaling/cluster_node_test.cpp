#include "signaling/cluster_node.hpp"

#include <cstdlib>
#include <filesystem>

#include "cluster/testing/redis_server.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using namespace identity;
using std::chrono::seconds;
using test::TestClient;
using test::TestDevice;
using test::text_of;

/// Two nodes on one data folder and one Redis, in one process.
struct ClusterNodeTest : test::ServiceTest {
  ClusterNodeTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pantheon-cluster-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
    database = folder / "signaling.db";
    options.redis_url = redis.url();
    options.cluster_lease = std::chrono::milliseconds(1000);
  }
  ~ClusterNodeTest() override { std::filesystem::remove_all(folder); }

  /// The test's coroutine with both nodes running.
  void run_both(std::function<test::asio::awaitable<void>()> body) {
    run([this, body]() -> test::asio::awaitable<void> { return with_both(*this, body); });
  }
  static test::asio::awaitable<void> with_both(ClusterNodeTest& self,
                                               std::function<test::asio::awaitable<void>()> body) {
    auto opened = Service::open(self.io.get_executor(), self.database, self.options);
    if (!opened) throw std::runtime_error(opened.error().message());
    self.other = std::move(*opened);
    self.other_server = std::make_unique<http::Server>(self.io.get_executor());
    self.other->attach(*self.other_server);
    EXPECT_TRUE(self.other_server->listen());
    EXPECT_TRUE(co_await self.service->wait_joined(seconds(10)));
    EXPECT_TRUE(co_await self.other->wait_joined(seconds(10)));
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
    explicit Elsewhere(ClusterNodeTest& test) : owner(test) { std::swap(owner.server, owner.other_server); }
    ~Elsewhere() { std::swap(owner.server, owner.other_server); }
    Elsewhere(const Elsewhere&) = delete;
    Elsewhere& operator=(const Elsewhere&) = delete;
    ClusterNodeTest& owner;
  };
  static json::object revocation(const TestDevice& by, const TestDevice& of) {
    const auto statement = Statement::make(
        by.key, {StatementType::revoke, by.account, of.id(), of.key.public_key(), "", core::wall_now()});
    return {{"statement", statement.to_json()}};
  }

  cluster::RedisServer redis;
  std::filesystem::path folder;
  std::unique_ptr<Service> other;
  std::unique_ptr<http::Server> other_server;
};

TEST_F(ClusterNodeTest, AHelloMayBeSignedOverANonceOfAnotherNodeAndCountsOnce) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device();
    auto auth = co_await hello(host);
    {
      const Elsewhere there(*this);
      auto& first = client(auth);
      const auto refused = co_await first.connect();
      EXPECT_EQ(refused, "");
    }
    auto& replayed = client(auth);
    const auto refused = co_await replayed.connect();
    EXPECT_EQ(refused, "proof_invalid");
  });
}

TEST_F(ClusterNodeTest, ARefreshTokenIsRenewedOnAnyNode) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device();
    const auto fresh = co_await nonce();
    const auto signature = sign_refresh(host.key, fresh, host.id(), host.refresh_token);
    json::object body{{"refreshToken", host.refresh_token},
                      {"deviceId", host.id()},
                      {"nonce", fresh},
                      {"signature", to_text(signature)}};
    const Elsewhere there(*this);
    const auto tokens = co_await post("/v1/tokens/refresh", body);
    EXPECT_FALSE(text_of(tokens, "accessToken").empty());
  });
}

TEST_F(ClusterNodeTest, ARevokedDeviceIsCutOnEveryNodeWithinASecond) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto lost = owner_device("Lost");
    auto* live = co_await connected(host);
    TestClient* stolen = nullptr;
    {
      const Elsewhere there(*this);
      stolen = co_await connected(lost);
    }
    const auto joined = co_await live->next("peer-joined");
    EXPECT_EQ(text_of(joined, "deviceId"), lost.id());
    const auto begun = std::chrono::steady_clock::now();
    const auto payload = revocation(host, lost);
    const auto done = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    co_await stolen->disconnected();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(1));
    const auto told = co_await stolen->next("device-revoked");
    EXPECT_EQ(text_of(told, "deviceId"), lost.id());
  });
}

TEST_F(ClusterNodeTest, ADeviceRevokedWhileRedisWasAwayIsCutWhenItIsBack) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto lost = owner_device("Lost");
    auto* live = co_await connected(host);
    TestClient* stolen = nullptr;
    {
      const Elsewhere there(*this);
      stolen = co_await connected(lost);
    }
    redis.stop();
    static_cast<void>(co_await live->next("peer-left"));
    const auto payload = revocation(host, lost);
    const auto done = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    EXPECT_TRUE(stolen->is_connected());
    redis.start();
    co_await stolen->disconnected();
  });
}

struct ClusterPairingTest : ClusterNodeTest {
  TestDevice host;
  TestDevice phone;
  PairingLink link = generate_pairing_link("http://127.0.0.1:1");
  PairingRequest request{link.code, phone.id(), phone.key.public_key(), "Phone", "Android"};
  int asked = 0;

  json::object vouch(const json::object& body) {
    ++asked;
    const PairingRequest received{parse_pairing_code(text_of(body, "code")).value(),
                                  text_of(body, "deviceId"),
                                  parse_public_key(text_of(body, "publicKey")).value(), text_of(body, "name"),
                                  text_of(body, "platform")};
    const auto answer = answer_pairing(host.key, host.id(), host.account, received, now);
    return {{"ok", true},
            {"statement", answer.statement.to_json()},
            {"voucher",
             json::object{
                 {"deviceId", host.id()}, {"publicKey", to_text(host.key.public_key())}, {"name", "Tower"}}},
            {"mac", core::to_base64url(voucher_mac(link.secret, received, answer))}};
  }
  /// The host, connected here, opens its code.
  test::asio::awaitable<TestClient*> open_code(std::string instance = "tab-1") {
    if (host.account.empty()) host = owner_device("Tower");
    auto* live = co_await connected(host, std::move(instance));
    live->answer("pairing-request", [this](const json::object& body) { return vouch(body); });
    json::object payload;
    payload["code"] = to_text(link.code);
    const auto opened = co_await live->ask("pairing-open", payload);
    EXPECT_EQ(opened.at("ok"), true);
    co_return live;
  }
  json::object body() const {
    return {{"code", to_text(request.code)},
            {"deviceId", request.device_id},
            {"publicKey", to_text(request.public_key)},
            {"name", request.name},
            {"platform", request.platform},
            {"mac", core::to_base64url(newcomer_mac(link.secret, request))}};
  }
  test::asio::awaitable<json::object> redeem() { return post("/v1/pairing/redeem", body()); }
};

TEST_F(ClusterPairingTest, ACodeIsRedeemedOnAnotherNodeAndOnlyOnce) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    {
      const Elsewhere there(*this);
      const auto paired = co_await redeem();
      EXPECT_EQ(text_of(paired, "deviceId"), phone.id());
      phone.access_token = text_of(paired, "accessToken");
      const auto again = co_await redeem();
      EXPECT_EQ(text_of(again, "code"), "pairing_code_unknown");
    }
    const auto here = co_await redeem();
    EXPECT_EQ(text_of(here, "code"), "pairing_code_unknown");
    EXPECT_EQ(asked, 1);
    phone.account = host.account;
    auto* live = co_await connected(phone);
    EXPECT_TRUE(live->is_connected());
  });
}

TEST_F(ClusterPairingTest, ACodeMovesWithItsDeviceToAnotherNode) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code("tab-1");
    {
      const Elsewhere there(*this);
      co_await open_code("tab-2");
    }
    const auto paired = co_await redeem();
    EXPECT_EQ(text_of(paired, "deviceId"), phone.id());
    EXPECT_EQ(asked, 1);
  });
}

TEST_F(ClusterPairingTest, AnothersCodeCannotBeOpenedOnAnotherNode) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    const auto thief = owner_device("Thief");
    const Elsewhere there(*this);
    auto* live = co_await connected(thief);
    json::object payload;
    payload["code"] = to_text(link.code);
    const auto opened = co_await live->ask("pairing-open", payload);
    EXPECT_EQ(text_of(opened, "code"), "pairing_code_taken");
  });
}

TEST_F(ClusterPairingTest, WithoutRedisACodeOfAnotherNodeIsRefusedWithAdvice) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    redis.stop();
    const Elsewhere there(*this);
    for (bool ready = true; ready;) {
      const auto health = co_await get("/health");
      ready = health.at("cluster").at("ready").as_bool();
    }
    const auto answer = co_await redeem();
    EXPECT_EQ(answer.at("status"), 503);
    EXPECT_EQ(text_of(answer, "code"), "cluster_unavailable");
  });
}

}  // namespace
}  // namespace pantheon::signaling
