#include "http/router.hpp"

#include <gtest/gtest.h>

namespace pantheon::http {
namespace {

asio::awaitable<Response> nothing(Request) {
  co_return Response{};
}

TEST(Router, ExactRoutesWinOverPrefixesAndLongPrefixesOverShortOnes) {
  Router router;
  router.add_prefix("/", nothing, {.max_body = core::Bytes{1}});
  router.add_prefix("/a/", nothing, {.max_body = core::Bytes{2}});
  router.add("GET", "/a/b", nothing, {.max_body = core::Bytes{3}});
  EXPECT_EQ(router.find("GET", "/a/b", false).options->max_body, core::Bytes{3});
  EXPECT_EQ(router.find("POST", "/a/b", false).options->max_body, core::Bytes{2});
  EXPECT_EQ(router.find("GET", "/a/c", false).options->max_body, core::Bytes{2});
  EXPECT_EQ(router.find("GET", "/b", false).options->max_body, core::Bytes{1});
}

TEST(Router, SaysWhyItFindsNothing) {
  Router router;
  router.add("POST", "/a", nothing, {});
  router.add_upgrade("/ws", {}, {});
  EXPECT_EQ(router.find("GET", "/b", false).error, HttpError::not_found);
  EXPECT_EQ(router.find("GET", "/a", false).error, HttpError::method_not_allowed);
  EXPECT_EQ(router.find("GET", "/a", false).allow, "POST");
  EXPECT_EQ(router.find("GET", "/ws", false).error, HttpError::upgrade_required);
  EXPECT_NE(router.find("GET", "/ws", true).upgrade, nullptr);
}

TEST(Router, UpgradesElsewhereTakeWhatNoPathOfItsOwnHasAndLeaveTheRest) {
  Router router;
  UpgradeOptions own;
  own.max_message = core::Bytes{1};
  UpgradeOptions elsewhere;
  elsewhere.max_message = core::Bytes{2};
  router.add_prefix("/", nothing, {});
  router.add("GET", "/health", nothing, {});
  router.add_upgrade("/own", {}, own);
  router.add_upgrade_elsewhere({}, elsewhere);
  EXPECT_EQ(router.find("GET", "/own", true).upgrade_options->max_message, core::Bytes{1});
  EXPECT_EQ(router.find("GET", "/", true).upgrade_options->max_message, core::Bytes{2});
  EXPECT_EQ(router.find("GET", "/ws", true).upgrade_options->max_message, core::Bytes{2});
  EXPECT_NE(router.find("GET", "/ws", false).handler, nullptr) << "an ordinary request";
  EXPECT_NE(router.find("GET", "/health", true).handler, nullptr) << "the path is taken";
}

}  // namespace
}  // namespace pantheon::http
