#include "host/device_rules.hpp"

#include <gtest/gtest.h>

namespace pantheon::host {
namespace {

session::PeerIdentity peer(std::string id, bool proven) {
  return {std::move(id), "name", "socket", proven};
}

engine::Model model(std::string id) {
  engine::Model m;
  m.engine_name = id;
  m.id = std::move(id);
  return m;
}

TEST(PeerRules, EverythingIsSharedUnlessTheOwnerSaysWhich) {
  SharingRules sharing;
  EXPECT_TRUE(PeerRules(sharing, peer("d", true)).may_use(model("a")));
  sharing.shared_models = {"b"};
  EXPECT_FALSE(PeerRules(sharing, peer("d", true)).may_use(model("a")));
  EXPECT_TRUE(PeerRules(sharing, peer("d", false)).may_use(model("b")));
}

TEST(PeerRules, TheOwnerMayNameAModelWithoutItsEngineAndWithoutLatest) {
  SharingRules sharing;
  sharing.shared_models = {"llama3.2", "gemma3:270m"};
  auto of_two_engines = model("gemma3:270m");
  of_two_engines.id = "gemma3:270m@ollama";
  EXPECT_TRUE(is_shared(sharing, of_two_engines));
  EXPECT_TRUE(is_shared(sharing, model("llama3.2:latest")));
  EXPECT_FALSE(is_shared(sharing, model("llama3.2:1b")));
  EXPECT_FALSE(is_shared(sharing, model("gemma3")));
}

TEST(PeerRules, ARuleOfADeviceHoldsForItsProvenKeyOnly) {
  SharingRules sharing;
  sharing.devices["d"] = {.models = std::set<std::string>{"a"}, .management = true};
  const PeerRules proven(sharing, peer("d", true));
  EXPECT_TRUE(proven.may_manage());
  EXPECT_TRUE(proven.may_use(model("a")));
  EXPECT_FALSE(proven.may_use(model("b")));
  const PeerRules claimed(sharing, peer("d", false));
  EXPECT_FALSE(claimed.may_manage());
}

TEST(PeerRules, UnprovenPeersShareOneLaneAndOneTurn) {
  const SharingRules sharing;
  const PeerRules one(sharing, peer("a", false));
  const PeerRules two(sharing, peer("b", false));
  EXPECT_EQ(one.lane(), two.lane());
  EXPECT_EQ(one.lane_limits().running, 1U);
  EXPECT_NE(PeerRules(sharing, peer("a", true)).lane(), PeerRules(sharing, peer("b", true)).lane());
  EXPECT_NE(PeerRules(sharing, peer("unproven", true)).lane(), one.lane());
}

}  // namespace
}  // namespace pantheon::host
