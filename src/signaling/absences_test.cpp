#include "signaling/absences.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;

const core::SteadyTime kNow{1000s};
const identity::DeviceKey kKey = identity::DeviceKey::generate();

MemberPointer older(const std::string& device, const std::string& socket, const std::string& account = "a") {
  auto made = std::make_shared<Member>();
  made->bearer.account = account;
  made->device_id = device;
  made->socket_id = socket;
  made->client_type = "web";
  return made;
}

MemberPointer proven(const std::string& instance, const std::string& socket) {
  auto made = older("d", socket);
  made->proven_key = kKey.public_key();
  made->instance = instance;
  return made;
}

TEST(Absences, EndAfterTheGracePeriodInTheirOrder) {
  Absences absences({5s, 8, 8});
  EXPECT_FALSE(absences.next_end());
  EXPECT_TRUE(absences.add(older("d", "s1"), 1, kNow));
  EXPECT_TRUE(absences.add(older("e", "s2"), 2, kNow + 1s));
  EXPECT_EQ(absences.next_end(), kNow + 5s);
  EXPECT_TRUE(absences.expire(kNow + 4s).empty());
  const auto gone = absences.expire(kNow + 5s);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone.front()->socket_id, "s1");
  EXPECT_TRUE(absences.has_device("a", "e"));
  EXPECT_FALSE(absences.has_device("a", "d"));
}

TEST(Absences, ThereAreNoneWithoutAGracePeriod) {
  Absences absences({0s, 8, 8});
  EXPECT_FALSE(absences.add(older("d", "s1"), 1, kNow));
}

TEST(Absences, AreBoundedByAccountAndInAll) {
  Absences absences({5s, 1, 2});
  EXPECT_TRUE(absences.add(older("d", "s1", "a"), 1, kNow));
  EXPECT_FALSE(absences.add(older("d", "s2", "a"), 2, kNow));
  EXPECT_TRUE(absences.add(older("d", "s3", "b"), 3, kNow));
  EXPECT_FALSE(absences.add(older("d", "s4", "c"), 4, kNow));
  EXPECT_EQ(absences.size(), 2U);
}

TEST(Absences, AProvenSocketContinuesItsOwnInstallationOnly) {
  Absences absences({5s, 8, 8});
  absences.add(proven("tab-1", "s1"), 1, kNow);
  EXPECT_FALSE(absences.take(*proven("tab-2", "s2")));
  EXPECT_FALSE(absences.take(*older("d", "s3"))) << "without a proof nothing of a key's is continued";
  const auto continued = absences.take(*proven("tab-1", "s4"));
  ASSERT_TRUE(continued);
  EXPECT_EQ(continued->member->socket_id, "s1");
  EXPECT_TRUE(continued->certain);
  EXPECT_EQ(absences.size(), 0U);
}

TEST(Absences, AfterOneThatMayBeItHasReturnedElsewhereItIsNotCertain) {
  Absences absences({5s, 8, 8});
  absences.add(older("d", "s1"), 1, kNow);
  absences.add(older("e", "s2"), 2, kNow);
  absences.contest(*older("d", "s3"));
  const auto contested = absences.take(*older("d", "s4"));
  ASSERT_TRUE(contested);
  EXPECT_FALSE(contested->certain);
  const auto other = absences.take(*older("e", "s5"));
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->certain);
}

TEST(Absences, OfSeveralSocketsOfAnOlderIdOneIsContinuedButWhichIsNotCertain) {
  Absences absences({5s, 8, 8});
  absences.add(older("d", "s1"), 1, kNow);
  absences.add(older("d", "s2"), 2, kNow);
  absences.add(older("d", "s3", "b"), 3, kNow);
  const auto first = absences.take(*older("d", "s4"));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->certain);
  const auto second = absences.take(*older("d", "s5"));
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->certain) << "the first may have been this one";
  EXPECT_FALSE(absences.take(*older("d", "s6"))) << "another account's absence is none of its";
  EXPECT_TRUE(absences.has_socket("b", "s3"));
}

TEST(Absences, OneThatMayBeOfAnotherNodeIsContinuedWithoutCertainty) {
  Absences absences({5s, 8, 8});
  absences.add(older("d", "s1"), 1, kNow);
  EXPECT_FALSE(absences.take(*older("d", "s2"), true)->certain);
  absences.add(proven("tab-1", "s3"), 2, kNow);
  EXPECT_TRUE(absences.take(*proven("tab-1", "s4"), true)->certain) << "it has proven who it is";
}

TEST(Absences, OfARevokedDeviceEndAtOnce) {
  Absences absences({5s, 8, 8});
  absences.add(older("d", "s1"), 1, kNow);
  absences.add(older("e", "s2"), 2, kNow);
  absences.end_device("a", "e");
  const auto gone = absences.expire(kNow);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone.front()->device_id, "e");
}

}  // namespace
}  // namespace pantheon::signaling
