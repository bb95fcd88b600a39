#include "signaling/event_limits.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

struct EventLimitsTest : testing::Test {
  Limits limits;
  core::SteadyTime now{1000s};
  EventLimitsTest() {
    limits.events_per_second = 1;  // 4 at once
    limits.lists_per_second = 1;   // 10 at once
    limits.device_share = 2;
    limits.account_share = 3;
    limits.address_share = 4;
  }
  MemberPointer arrive(EventLimits& events, const std::string& account, const std::string& device,
                       const char* address = nullptr) const {
    auto member = std::make_shared<Member>();
    member->bearer.account = account;
    member->device_id = device;
    if (address != nullptr) member->address = make_address(address);
    events.enroll(*member, now);
    return member;
  }
  int accepted(const EventLimits& events, Member& member, int tries = 100,
               std::string_view event = "webrtc-signal") const {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += events.take(member, event, now) ? 0 : 1;
    return count;
  }
};

TEST_F(EventLimitsTest, ClassesAreCountedByThemselves) {
  EventLimits events(limits);
  const auto member = arrive(events, "a", "d");
  EXPECT_EQ(accepted(events, *member), 4);
  EXPECT_EQ(accepted(events, *member, 100, "request-peer-list"), 10);
  EXPECT_EQ(accepted(events, *member, 100, "join-account"), 0) << "of the same class";
  EXPECT_EQ(accepted(events, *member, 100, "nonsense"), 0) << "as signals";
  EXPECT_EQ(events.take(*member, "webrtc-signal", now)->retry_after, 1s);
  now += 2s;
  EXPECT_EQ(accepted(events, *member), 2);
}

TEST_F(EventLimitsTest, ADeviceAnAccountAndAnAddressHaveTheirShareHoweverManySocketsTheyOpen) {
  EventLimits events(limits);
  int of_device = 0;
  for (int i = 0; i < 5; ++i) of_device += accepted(events, *arrive(events, "a", "d"));
  EXPECT_EQ(of_device, 8) << "and closing the socket wins nothing";
  int of_account = of_device;
  for (const auto* device : {"e", "f", "g"}) of_account += accepted(events, *arrive(events, "a", device));
  EXPECT_EQ(of_account, 12);
  int of_address = 0;
  for (const auto* account : {"q", "r", "s", "t", "u"}) {
    of_address += accepted(events, *arrive(events, account, "d", "192.0.2.1"));
  }
  EXPECT_EQ(of_address, 16);
  EXPECT_EQ(accepted(events, *arrive(events, "v", "d", "192.0.2.2")), 4) << "another address has its own";
}

TEST_F(EventLimitsTest, AnEventThatIsRefusedTakesNothingFromTheOthersOfTheAccount) {
  EventLimits events(limits);
  const auto abuser = arrive(events, "a", "d");
  const auto other = arrive(events, "a", "e");
  accepted(events, *abuser, 10'000);
  EXPECT_EQ(accepted(events, *other), 4);
}

TEST_F(EventLimitsTest, WhoKeepsGoingFarOverIsAnAbuserAndWhoIsOverForAMomentIsNot) {
  limits.refusals_per_second = 5;
  EventLimits events(limits);
  const auto member = arrive(events, "a", "d");
  accepted(events, *member, 4 + 50);
  EXPECT_TRUE(events.take(*member, "webrtc-signal", now)->abuse);
  const auto hasty = arrive(events, "b", "d");
  accepted(events, *hasty, 4 + 40);
  now += 500ms;
  EXPECT_FALSE(events.take(*hasty, "webrtc-signal", now)->abuse);
}

TEST_F(EventLimitsTest, BucketsAreBoundedAndNobodyIsForgottenForSomebodyElse) {
  limits.max_sockets = 0;
  limits.max_buckets = 4;
  EventLimits events(limits);
  accepted(events, *arrive(events, "a", "d"));
  for (int i = 0; i < 100; ++i) arrive(events, "x" + std::to_string(i), "d");
  EXPECT_EQ(events.size(), 4U);
  int of_device = 4;
  for (int i = 0; i < 5; ++i) of_device += accepted(events, *arrive(events, "a", "d"));
  EXPECT_EQ(of_device, 8) << "a crowd does not wash one's own bucket away";
  now += 60s;
  arrive(events, "y", "d");
  EXPECT_EQ(events.size(), 2U) << "who has been quiet is forgotten";
}

}  // namespace
}  // namespace pantheon::signaling
