#include "link/send_queue.hpp"

#include <gtest/gtest.h>

namespace pantheon::link {
namespace {

TEST(SendQueue, GivesBytesBackInOrderAcrossManyPartialPops) {
  SendQueue queue;
  core::ByteVector in;
  core::ByteVector out;
  for (unsigned round = 0; round < 500; ++round) {
    core::ByteVector piece(round % 97 + 1);
    for (auto& byte : piece) byte = static_cast<std::uint8_t>(in.size() + piece.size() + round);
    ASSERT_EQ(queue.push(piece), piece.size());
    in.insert(in.end(), piece.begin(), piece.end());
    const auto front = queue.front(round % 53);
    out.insert(out.end(), front.begin(), front.end());
    queue.pop(front.size());
  }
  const auto rest = queue.front(queue.size());
  out.insert(out.end(), rest.begin(), rest.end());
  EXPECT_EQ(out, in);
}

TEST(SendQueue, TakesNoMoreThanItsLimit) {
  SendQueue queue;
  const core::ByteVector much(SendQueue::kLimit.count - 10);
  EXPECT_EQ(queue.push(much), much.size());
  EXPECT_EQ(queue.push(much), 10U);
  EXPECT_EQ(queue.push(much), 0U);
  queue.pop(5);
  EXPECT_EQ(queue.push(much), 5U);
}

}  // namespace
}  // namespace pantheon::link
