#include "signaling/legacy_requests.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

constexpr core::SteadyTime kStart{};

LegacyRequests::Pending pending(std::string asker, LegacyRequestId id = "r1") {
  return {std::move(asker), std::move(id), LegacyAnswerKind::chat, kStart + std::chrono::seconds(10), {}};
}

TEST(LegacyRequests, AHostAnswersWhatItWasGivenOnce) {
  LegacyRequests requests;
  EXPECT_EQ(requests.add("host", "anna", pending("socket-1")).value(), "r1");
  EXPECT_FALSE(requests.take({"other host", "anna", "r1"})) << "only the host that was asked";
  EXPECT_FALSE(requests.take({"host", "bob", "r1"}));
  EXPECT_EQ(requests.take({"host", "anna", "r1"}).value().asker, "socket-1");
  EXPECT_EQ(requests.take({"host", "anna", "r1"}).error().code(), "request_unknown");
}

TEST(LegacyRequests, TwoAskersOfOneIdWithTheSameRequestIdAreToldApart) {
  LegacyRequests requests;
  const auto first = requests.add("host", "anna_web", pending("tab-1")).value();
  const auto second = requests.add("host", "anna_web", pending("tab-2")).value();
  EXPECT_EQ(first, "r1");
  EXPECT_NE(second, first);
  const auto taken = requests.take({"host", "anna_web", second}).value();
  EXPECT_EQ(taken.asker, "tab-2");
  EXPECT_EQ(taken.request_id, "r1") << "the asker is answered under its own id";
}

TEST(LegacyRequests, ATextAndANumberAreDifferentIds) {
  LegacyRequests requests;
  EXPECT_EQ(requests.add("host", "anna", pending("s", 1)).value(), core::json::value(1));
  EXPECT_EQ(requests.add("host", "anna", pending("s", "1")).value(), "1");
}

TEST(LegacyRequests, EndsWithTimeHostAndAsker) {
  LegacyRequests requests;
  ASSERT_TRUE(requests.add("host", "anna", pending("s1", "a")));
  ASSERT_TRUE(requests.add("host", "anna", pending("s2", "b")));
  ASSERT_TRUE(requests.add("other", "anna", pending("s1", "c")));
  EXPECT_TRUE(requests.take_expired(kStart + std::chrono::seconds(9)).empty());
  EXPECT_EQ(requests.take_of_host("other").size(), 1U);
  requests.drop_of_asker("s1");
  EXPECT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests.take_expired(kStart + std::chrono::seconds(10)).size(), 1U);
  EXPECT_EQ(requests.size(), 0U);
}

TEST(LegacyRequests, IsBoundedForAnAskerAHostAndInAll) {
  LegacyRequests requests({.of_asker = 2, .of_host = 3, .in_all = 4});
  ASSERT_TRUE(requests.add("h1", "anna", pending("s1", 1)));
  ASSERT_TRUE(requests.add("h1", "anna", pending("s1", 2)));
  EXPECT_EQ(requests.add("h2", "anna", pending("s1", 3)).error().code(), "peer_busy") << "asker";
  ASSERT_TRUE(requests.add("h1", "anna", pending("s2", 3)));
  EXPECT_EQ(requests.add("h1", "anna", pending("s3", 4)).error().code(), "peer_busy") << "host";
  ASSERT_TRUE(requests.add("h2", "anna", pending("s3", 4)));
  EXPECT_EQ(requests.add("h3", "anna", pending("s4", 5)).error().code(), "peer_busy") << "all";
}

}  // namespace
}  // namespace pantheon::signaling
