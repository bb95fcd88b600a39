#include "host/request_spool.hpp"

#include <gtest/gtest.h>

#include "engine/testing/run.hpp"
#include "host/error.hpp"
#include "host/testing/recorded_exchange.hpp"

namespace pantheon::host {
namespace {

using engine::testing::run;
using testing::RecordedExchange;
using Sender = SpoolBudget::Sender;

TEST(SpoolBudget, GivesBackWhatItTook) {
  SpoolBudget budget({.each = core::Bytes{10}, .total = core::Bytes{15}});
  {
    auto a = budget.share(Sender::proven);
    auto b = budget.share(Sender::proven);
    EXPECT_TRUE(a.grow(core::Bytes{10}));
    EXPECT_FALSE(a.grow(core::Bytes{1})) << "one request has its own limit";
    EXPECT_TRUE(b.grow(core::Bytes{5}));
    EXPECT_FALSE(b.grow(core::Bytes{1})) << "all together have one";
    EXPECT_EQ(budget.used(), core::Bytes{15});
    auto moved = std::move(a);
    moved.release();
    EXPECT_EQ(budget.used(), core::Bytes{5});
    EXPECT_FALSE(moved.grow(core::Bytes{1}));
  }
  EXPECT_EQ(budget.used(), core::Bytes{0});
}

TEST(SpoolBudget, AHugeWishDoesNotOverflow) {
  SpoolBudget budget({.each = core::Bytes{10}, .total = core::Bytes{15}});
  auto share = budget.share(Sender::proven);
  EXPECT_TRUE(share.grow(core::Bytes{9}));
  EXPECT_TRUE(share.grow(core::Bytes{~0ULL}).error().is(HostError::request_too_large));
}

TEST(SpoolBudget, UnprovenPeersHaveAQuarterOfItTogether) {
  SpoolBudget budget({.each = core::Bytes{40}, .total = core::Bytes{100}});
  auto a = budget.share(Sender::unproven);
  auto b = budget.share(Sender::unproven);
  auto proven = budget.share(Sender::proven);
  EXPECT_TRUE(a.grow(core::Bytes{20}));
  EXPECT_TRUE(b.grow(core::Bytes{6}).error().is(HostError::request_too_large));
  EXPECT_TRUE(b.grow(core::Bytes{5}));
  EXPECT_TRUE(proven.grow(core::Bytes{40}));
  auto moved = std::move(a);
  moved.release();
  EXPECT_TRUE(b.grow(core::Bytes{20}));
  EXPECT_EQ(budget.used(), core::Bytes{65});
}

TEST(SpoolRequest, KeepsTheBodyAndFindsItsModel) {
  asio::io_context io;
  SpoolBudget budget({});
  RecordedExchange exchange("POST", "/api/chat", R"({"mod)");
  exchange.body_.emplace_back(R"(el":"a"})");
  const auto spooled = run(io, spool_request(exchange, budget));
  ASSERT_TRUE(spooled);
  EXPECT_EQ(spooled->body, R"({"model":"a"})");
  EXPECT_EQ(spooled->scanned.model, "a");
  EXPECT_EQ(budget.used().count, spooled->body.size());
}

TEST(SpoolRequest, ALargerBodyThanAllowedIsRefused) {
  asio::io_context io;
  SpoolBudget budget({.each = core::Bytes{8}, .total = core::Bytes{100}});
  RecordedExchange exchange("POST", "/api/chat", R"({"model":"a"})");
  const auto spooled = run(io, spool_request(exchange, budget));
  ASSERT_FALSE(spooled);
  EXPECT_TRUE(spooled.error().is(HostError::request_too_large));
  EXPECT_EQ(budget.used().count, 0U);
}

TEST(SpoolRequest, ABodyThatStandsStillIsGivenUp) {
  asio::io_context io;
  SpoolBudget budget({.idle = std::chrono::milliseconds(10)});
  RecordedExchange exchange("POST", "/api/chat", R"({"model":)");
  exchange.stalls = true;
  const auto spooled = run(io, spool_request(exchange, budget));
  ASSERT_FALSE(spooled);
  EXPECT_TRUE(spooled.error().is(HostError::request_stalled));
  EXPECT_EQ(spooled.error().http_status(), 408U);
  EXPECT_EQ(budget.used().count, 0U);
}

TEST(SpoolRequest, ABodyOfAnUnprovenPeerCountsAsSuch) {
  asio::io_context io;
  SpoolBudget budget({.total = core::Bytes{40}});
  RecordedExchange exchange("POST", "/api/chat", R"({"model":"a"})");
  exchange.peer_.proven = false;
  EXPECT_TRUE(run(io, spool_request(exchange, budget)).error().is(HostError::request_too_large));
}

TEST(SpoolRequest, ABodyThatIsRefusedIsNotReadToItsEnd) {
  asio::io_context io;
  SpoolBudget budget({});
  RecordedExchange exchange("POST", "/api/chat", "[");
  exchange.body_.emplace_back("never read");
  EXPECT_FALSE(run(io, spool_request(exchange, budget)));
  EXPECT_EQ(exchange.body_.size(), 1U);
}

}  // namespace
}  // namespace pantheon::host
