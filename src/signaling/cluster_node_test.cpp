#include "signaling/cluster_node.hpp"

#include <gmock/gmock.h>

#include "signaling/full_disk_test_support.hpp"
#include "signaling/two_services_test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using namespace identity;
using std::chrono::seconds;
using test::TestDevice;
using test::text_of;
using testing::HasSubstr;
using testing::Not;

/// Two nodes that keep no devices, with a database each, as on two machines.
struct ApartTest : test::OverRedis<test::TwoServicesTest> {
  ApartTest() { options.keep_devices = false; }
  std::filesystem::path database_of_other() override { return folder / "other.db"; }

  /// A device of a development account, which stands for any provider's.
  TestDevice device_of(const std::string& account) {
    TestDevice device;
    device.account = account;
    return device;
  }
  json::object revocation_of(const TestDevice& by, const TestDevice& of) {
    const auto account = "dev:" + service->server_id() + ":" + by.account;
    const auto statement = Statement::make(
        by.key, {StatementType::revoke, account, of.id(), of.key.public_key(), "", core::wall_now()});
    return {{"statement", statement.to_json()}};
  }
  /// Why the other node does not let the device in.
  test::asio::awaitable<std::string> refused_elsewhere(const TestDevice& device) {
    const Elsewhere there(*this);
    auto auth = co_await hello(device);
    auto& made = client(std::move(auth));
    co_return co_await made.connect();
  }
};
using ClusterNodeTest = test::OverRedis<test::TwoServicesTest>;
using ClusterPairingTest = test::OverRedis<test::TwoServicesPairingTest>;

TEST_F(ClusterNodeTest, AHelloMayBeSignedOverANonceOfAnotherNodeAndCountsOnce) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device();
    co_await expect_hello_counts_once(host);
  });
}

TEST_F(ClusterNodeTest, AHelloOfAKnownDeviceCountsAndOnlyOnceThoughTheDiskIsFull) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device();
    std::vector<std::string> refused;
    {
      const test::FullDisk full;
      const auto auth = co_await hello(host);
      for (int i = 0; i < 2; ++i) {
        auto& made = client(auth);
        const auto code = co_await made.connect();
        refused.push_back(code);
      }
    }
    EXPECT_EQ(refused.at(0), "");
    EXPECT_EQ(refused.at(1), "proof_invalid");
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
    const auto meeting = co_await meet(host, lost);
    const auto begun = std::chrono::steady_clock::now();
    const auto payload = revocation(host, lost);
    co_await expect_cut(meeting, payload, lost.id());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(1));
  });
}

TEST_F(ClusterNodeTest, ADeviceRevokedWhileRedisWasAwayIsCutWhenItIsBack) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto lost = owner_device("Lost");
    const auto meeting = co_await meet(host, lost);
    redis.stop();
    static_cast<void>(co_await meeting.here->next("peer-left"));
    const auto payload = revocation(host, lost);
    const auto done = co_await meeting.here->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    EXPECT_TRUE(meeting.there->is_connected());
    redis.start();
    co_await meeting.there->disconnected();
  });
}

TEST_F(ClusterNodeTest, ModelsThatChangeWhileRedisIsAwayAreToldOfWhenItIsBack) {
  options.cluster_lease = seconds(30);
  run_both([&]() -> test::asio::awaitable<void> {
    const auto tower = owner_device("Tower");
    const auto laptop = owner_device("Laptop");
    const auto meeting = co_await meet(tower, laptop);
    redis.stop();
    co_await until_both_are(false);
    auto list = list_of(7);
    const auto taken = co_await meeting.there->ask("announce-models", list);
    EXPECT_EQ(taken.at("ok"), true);
    redis.start();
    const auto told = co_await meeting.here->next("peer-models-updated");
    EXPECT_EQ(told.at("models"), list.at("models"));
    EXPECT_EQ(told.at("isHosting"), true);
    EXPECT_EQ(meeting.here->waiting("peer-left"), 0U);
  });
}

TEST_F(ClusterNodeTest, OfListsThatNodesTookApartEachCanBeMadeShorter) {
  options.limits.max_models_per_account = core::Bytes{1000};
  run_both([&]() -> test::asio::awaitable<void> {
    const auto tower = owner_device("Tower");
    const auto laptop = owner_device("Laptop");
    const auto meeting = co_await meet(tower, laptop);
    redis.stop();
    static_cast<void>(co_await meeting.here->next("peer-left"));
    static_cast<void>(co_await meeting.there->next("peer-left"));
    auto list = list_of(600);
    for (auto* client : {meeting.here, meeting.there}) {
      const auto taken = co_await client->ask("announce-models", list);
      EXPECT_EQ(taken.at("ok"), true);
    }
    redis.start();
    static_cast<void>(co_await meeting.here->next("peer-joined"));
    auto longer = list_of(700);
    const auto refused = co_await meeting.here->ask("announce-models", longer);
    EXPECT_EQ(text_of(refused, "code"), "too_large");
    auto shorter = list_of(500);
    const auto taken = co_await meeting.here->ask("announce-models", shorter);
    EXPECT_EQ(taken.at("ok"), true);
    json::object nothing{{"isHosting", false}};
    const auto ended = co_await meeting.here->ask("updateHosting", nothing);
    EXPECT_EQ(ended.at("ok"), true);
  });
}

TEST_F(ClusterNodeTest, AFullAccountHasRoomForASocketThatDroppedOnAnotherNode) {
  options.limits.max_sockets_per_account = 2;
  run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "host");
    auto* phone = co_await joined_there("anna", "phone");
    co_await until_listed(host, phone->id(), Seen::online);
    const auto dropped = phone->id();
    co_await drop_there(phone);
    co_await until_listed(host, dropped, Seen::away);
    static_cast<void>(co_await joined("anna", "phone"));
  });
}

TEST_F(ClusterNodeTest, AFullAccountHasRoomForASocketThatTakesAPlaceOnAnotherNodeOver) {
  options.limits.max_sockets_per_account = 2;
  run_both([&]() -> test::asio::awaitable<void> {
    const auto tower = owner_device("Tower");
    const auto laptop = owner_device("Laptop");
    const auto meeting = co_await meet(tower, laptop);
    const auto third = owner_device("Phone");
    auto auth = co_await hello(third);
    auth["caps"] = json::array();  // an older client is told nothing
    auto& one_too_many = client(std::move(auth));
    const auto refused = co_await one_too_many.connect();
    EXPECT_EQ(refused, "account_full");
    static_cast<void>(co_await connected(laptop));
    co_await meeting.there->disconnected();
  });
}

TEST_F(ClusterNodeTest, WhoIsRefusedForSocketsElsewhereIsCountedAsRefused) {
  options.limits.max_sockets_per_account = 1;
  run_both([&]() -> test::asio::awaitable<void> {
    static_cast<void>(co_await joined_there("anna", "host"));
    auto auth = current_auth("anna", "phone");
    auto& one_too_many = client(std::move(auth));
    const auto refused = co_await one_too_many.connect();
    EXPECT_EQ(refused, "account_full");
    const auto metrics = co_await fetch("GET", "/metrics");
    EXPECT_THAT(metrics.body, HasSubstr("pantheon_sign_ins_total{result=\"account_full\"} 1\n"));
    EXPECT_THAT(metrics.body, Not(HasSubstr("pantheon_sign_ins_total{result=\"ok\"}")));
  });
}

TEST_F(ClusterNodeTest, HealthDoesNotSayWhereRedisIs) {
  run_both([&]() -> test::asio::awaitable<void> {
    redis.stop();
    co_await until_both_are(false);
    std::string known;
    for (const auto end = std::chrono::steady_clock::now() + test::kPatience;
         known.find("127.0.0.1") == std::string::npos && std::chrono::steady_clock::now() < end;) {
      const auto joined = co_await service->wait_joined(std::chrono::milliseconds(10));
      known = joined ? "" : joined.error().message();
    }
    EXPECT_THAT(known, HasSubstr("127.0.0.1")) << "what the log says";
    const auto health = co_await fetch("GET", "/health");
    EXPECT_THAT(health.body, HasSubstr("cluster_unavailable"));
    EXPECT_THAT(health.body, HasSubstr("Redis cannot be reached"));
    EXPECT_THAT(health.body, Not(HasSubstr("127.0.0.1")));
  });
}

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

TEST_F(ClusterPairingTest, ACodeThatMovesEndsWhenItWouldHaveEnded) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code("tab-1");
    const auto end = code_ends;
    now += std::chrono::minutes(1);
    const Elsewhere there(*this);
    co_await open_code("tab-2");
    EXPECT_EQ(code_ends, end);
    now = end;
    const auto paired = co_await redeem();
    EXPECT_EQ(text_of(paired, "code"), "pairing_code_unknown");
    EXPECT_EQ(asked, 0);
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

TEST_F(ApartTest, AHelloMayBeSignedOverANonceOfAnotherNodeAndCountsOnce) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    co_await expect_hello_counts_once(host);
  });
}

TEST_F(ApartTest, ARevokedDeviceIsCutAndRefusedOnEveryNode) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    const auto lost = device_of("anna");
    const auto meeting = co_await meet(host, lost);
    const auto payload = revocation_of(host, lost);
    co_await expect_cut(meeting, payload, lost.id());
    const auto refused = co_await refused_elsewhere(lost);
    EXPECT_EQ(refused, "device_revoked");
  });
}

TEST_F(ApartTest, ANodeThatHasHeardNothingOfARevocationRefusesTheDeviceToo) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    const auto lost = device_of("anna");
    auto* live = co_await connected(host);
    const auto payload = revocation_of(host, lost);
    const auto done = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    const auto refused = co_await refused_elsewhere(lost);
    EXPECT_EQ(refused, "device_revoked");
  });
}

TEST_F(ApartTest, ADeviceRevokedWhileRedisWasAwayIsCutWhenItIsBackAndEmpty) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    const auto lost = device_of("anna");
    const auto meeting = co_await meet(host, lost);
    redis.stop();
    co_await until_both_are(false);
    const auto payload = revocation_of(host, lost);
    const auto done = co_await meeting.here->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    EXPECT_TRUE(meeting.there->is_connected());
    redis.start();
    co_await meeting.there->disconnected();
    co_await until_both_are(true);
    const auto refused = co_await refused_elsewhere(lost);
    EXPECT_EQ(refused, "device_revoked");
  });
}

TEST_F(ApartTest, AHelloThatRedisIsSlowToAnswerIsOfTheAccountOnAllNodes) {
  options.cluster_lease = seconds(10);
  run_both([&]() -> test::asio::awaitable<void> {
    const auto first = device_of("anna");
    const auto second = device_of("anna");
    redis.pause();
    test::asio::steady_timer waking(io, seconds(4));
    waking.async_wait([this](const boost::system::error_code&) { redis.resume(); });
    auto* slow = co_await connected(first);
    const Elsewhere there(*this);
    static_cast<void>(co_await connected(second));
    const auto seen = co_await slow->next("peer-joined");
    EXPECT_EQ(text_of(seen, "deviceId"), second.id());
  });
}

struct ApartFromThoseWithDevicesTest : ApartTest {
  Options options_of_other() override {
    auto keeping = options;
    keeping.keep_devices = true;
    return keeping;
  }
};

TEST_F(ApartFromThoseWithDevicesTest, ANodeSaysWhyItDoesNotJoin) {
  run([&]() -> test::asio::awaitable<void> {
    const auto ours = co_await service->wait_joined(seconds(10));
    EXPECT_TRUE(ours);
    auto opened = Service::open(io.get_executor(), database_of_other(), options_of_other());
    const auto theirs = co_await (*opened)->wait_joined(seconds(10));
    EXPECT_FALSE(theirs);
    EXPECT_EQ(theirs.error().code(), "other_cluster");
    EXPECT_NE(theirs.error().detail().find("--devices=off"), std::string::npos);
    co_await (*opened)->stop();
  });
}

}  // namespace
}  // namespace pantheon::signaling
