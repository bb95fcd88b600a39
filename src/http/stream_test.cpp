#include "http/stream.hpp"

#include <gmock/gmock.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include "http/error.hpp"
#include "http/testing/test_certificate.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::http {
namespace {

/// Two ends of one connection over TCP, on one loop.
class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    tcp::acceptor acceptor(loop.context(), {asio::ip::address_v4::loopback(), 0});
    peer.connect(acceptor.local_endpoint());
    stream = plain_stream(acceptor.accept());
  }

  /// As much as one read takes, of which all is there when this returns.
  void fill_one_read() { asio::write(peer, asio::buffer(std::string(64UL * 1024, 'x'))); }

  TestLoop loop;
  tcp::socket peer{loop.context()};
  std::unique_ptr<Stream> stream;
};

TEST_F(StreamTest, APeerThatSendsWithoutAPauseIsNotReadForEverInOneTurn) {
  std::span<std::uint8_t> bytes;
  unsigned reads = 0;
  for (fill_one_read(); stream->read_now(bytes, reads == 0); fill_one_read()) {
    ASSERT_EQ(bytes.size(), 64U * 1024);
    ASSERT_LT(++reads, 100U);
  }
  EXPECT_GE(reads, 2U);
  EXPECT_TRUE(stream->read_now(bytes, true)) << "its next turn";
  bool another_turn = false;
  asio::post(loop.executor(), [&] { another_turn = true; });
  for (unsigned i = 0; i < reads; ++i) {
    fill_one_read();
    EXPECT_FALSE(loop.run(stream->read_shared(bytes)).error);
  }
  EXPECT_TRUE(another_turn);
}

TEST(ServerTlsContext, AnEncryptedKeyIsRefusedAndNobodyIsAskedForItsPassword) {
  const TestCertificate plain;
  EXPECT_TRUE(server_tls_context(plain.certificate_file(), plain.key_file()));
  const TestCertificate encrypted("password");
  const auto context = server_tls_context(encrypted.certificate_file(), encrypted.key_file());
  ASSERT_FALSE(context);
  EXPECT_TRUE(context.error().is(HttpError::bad_certificate));
  EXPECT_THAT(context.error().detail(), testing::HasSubstr("is encrypted"));
}

}  // namespace
}  // namespace pantheon::http
