#include "http/connect.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>

#include "http/testing/test_loop.hpp"

namespace pantheon::http {
namespace {

using namespace std::chrono_literals;

const asio::ip::address kHere = asio::ip::make_address("127.0.0.1");

/// A listener of the system, which takes connections without being asked.
struct Listener {
  explicit Listener(asio::any_io_executor executor, int places = 16) : acceptor(executor) {
    acceptor.open(tcp::v4());
    acceptor.bind({kHere, 0});
    acceptor.listen(places);
  }
  tcp::endpoint endpoint() const { return acceptor.local_endpoint(); }
  tcp::acceptor acceptor;
};

/// One whose queue is full: the system drops what else asks for it.
struct Silent : Listener {
  explicit Silent(asio::any_io_executor executor) : Listener(executor, 0), first(executor) {
    first.connect(endpoint());
  }
  tcp::socket first;
};

struct ConnectTest : testing::Test {
  boost::system::error_code connect(std::vector<tcp::endpoint> endpoints, std::chrono::milliseconds timeout) {
    return loop.run(connect_any(socket, std::move(endpoints), timeout));
  }
  TestLoop loop;
  tcp::socket socket{loop.executor()};
};

TEST_F(ConnectTest, AnAddressThatSwallowsEverythingLeavesTimeForTheNext) {
  const Silent silent(loop.executor());
  const Listener good(loop.executor());
  EXPECT_EQ(connect({silent.endpoint(), good.endpoint()}, 2s), boost::system::error_code());
  EXPECT_EQ(socket.remote_endpoint(), good.endpoint());
}

TEST_F(ConnectTest, AnAddressThatRefusesCostsTheNextNoTime) {
  tcp::endpoint refusing;
  {
    const Listener gone(loop.executor());
    refusing = gone.endpoint();
  }
  const Listener good(loop.executor());
  EXPECT_EQ(connect({refusing, good.endpoint()}, 30s), boost::system::error_code());
  EXPECT_EQ(connect({refusing}, 30s), asio::error::connection_refused);
}

TEST_F(ConnectTest, WhereNobodyAnswersTheTimeIsKept) {
  const Silent first(loop.executor());
  const Silent second(loop.executor());
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(connect({first.endpoint(), second.endpoint()}, 200ms), asio::error::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 200ms);
}

TEST_F(ConnectTest, NoAddressAtAllIsAnError) {
  EXPECT_TRUE(connect({}, 1s).failed());
}

}  // namespace
}  // namespace pantheon::http
