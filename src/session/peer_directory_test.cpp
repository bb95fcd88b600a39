#include "session/peer_directory.hpp"

#include <gtest/gtest.h>

namespace pantheon::session {
namespace {

core::json::object entry(std::string_view socket, std::string_view device) {
  return {{"socketId", socket}, {"userId", device}, {"clientType", "web"}, {"isHosting", true}};
}

TEST(PeerDirectory, AListReplacesWhatWasKnown) {
  PeerDirectory directory;
  EXPECT_TRUE(directory.add(entry("s1", "a")));
  directory.replace({entry("s2", "b"), "not an entry", core::json::object{}});
  ASSERT_EQ(directory.all().size(), 1U);
  EXPECT_TRUE(directory.by_device("b")->hosting);
  EXPECT_FALSE(directory.by_socket("s1"));
}

TEST(PeerDirectory, ALeaverGoesWithAllItsSockets) {
  PeerDirectory directory;
  directory.add(entry("s1", "a"));
  directory.add(entry("s2", "a"));
  directory.add(entry("s3", "b"));
  directory.remove({{"userId", "a"}, {"socketId", "s2"}});
  EXPECT_FALSE(directory.by_device("a"));
  EXPECT_TRUE(directory.by_device("b"));
}

TEST(PeerDirectory, IsBounded) {
  PeerDirectory directory;
  for (std::size_t i = 0; i < PeerDirectory::kMostPeers; ++i)
    ASSERT_TRUE(directory.add(entry(std::to_string(i), "a")));
  EXPECT_FALSE(directory.add(entry("one more", "a")));
}

}  // namespace
}  // namespace pantheon::session
