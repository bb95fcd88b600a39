#include "signaling/models.hpp"
#include "signaling/two_services_test_support.hpp"

// Lists of models of sockets of one account on two nodes over one Redis, and on two shards.

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::TestClient;
using test::text_of;

template <class Kind>
struct ModelsElsewhereTest : Kind {
  using Elsewhere = typename Kind::Elsewhere;
  ModelsElsewhereTest() { this->options.limits.max_models_per_account = core::Bytes{1000}; }
  static test::asio::awaitable<std::string> announce(TestClient* client, std::size_t bytes) {
    const auto said = co_await client->ask("announce-models", Kind::list_of(bytes));
    co_return said.contains("code") ? text_of(said, "code") : "taken";
  }
};
using Kinds = testing::Types<test::OverRedis<test::TwoServicesTest>, test::AsShards<test::TwoServicesTest>>;
TYPED_TEST_SUITE(ModelsElsewhereTest, Kinds);

TYPED_TEST(ModelsElsewhereTest, ListsOfAnAccountTogetherAreLimitedWhereverItsSocketsAre) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* here = co_await this->joined("anna", "here");
    const typename TestFixture::Elsewhere elsewhere(*this);
    auto* there = co_await this->joined("anna", "there");
    static_cast<void>(co_await here->next("peer-joined"));
    const auto first = co_await this->announce(here, 600);
    EXPECT_EQ(first, "taken");
    static_cast<void>(co_await there->next("peer-models-updated"));
    const auto second = co_await this->announce(there, 600);
    EXPECT_EQ(second, "too_large");
    const auto anew = co_await this->announce(here, 700);
    EXPECT_EQ(anew, "taken") << "a new list takes the place of the old";
    const auto none = co_await this->announce(here, 0);
    EXPECT_EQ(none, "taken");
    for (int i = 0; i < 2; ++i) static_cast<void>(co_await there->next("peer-models-updated"));
    const auto third = co_await this->announce(there, 600);
    EXPECT_EQ(third, "taken") << "there is room again";
  });
}

}  // namespace
}  // namespace pantheon::signaling
