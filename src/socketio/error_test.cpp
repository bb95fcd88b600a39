#include "socketio/error.hpp"

#include <gtest/gtest.h>

namespace pantheon::socketio {
namespace {

TEST(SocketioError, TheTableIsInTheOrderOfTheEnumeration) {
  EXPECT_EQ(row(SocketioError::bad_packet_type).code, "bad_socketio_packet_type");
  EXPECT_EQ(row(SocketioError::not_connected).code, "not_connected");
  EXPECT_EQ(row(SocketioError::ack_timeout).code, "ack_timeout");
  EXPECT_EQ(row(SocketioError::rate_limited).code, "too_many_events");
  EXPECT_EQ(socketio_error_rows().size(), static_cast<std::size_t>(SocketioError::rate_limited) + 1);
}

}  // namespace
}  // namespace pantheon::socketio
