#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <thread>

#include "http/client.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"

// On which addresses a server is reached.

namespace pantheon::http {
namespace {

asio::awaitable<Response> say_address(Request request) {
  co_return Response{200, {}, request.remote_address.to_string()};
}

/// The addresses that a server saw a client at; empty where it was not reached.
struct Reached {
  std::string over_ipv4;
  std::string over_ipv6;
};

Reached reach(const std::string& bind_address) {
  TestLoop loop;
  Client client(loop.executor());
  ServerOptions options;
  options.bind_address = bind_address;
  Server server(loop.executor(), options);
  server.route("GET", "/", say_address);
  if (!server.listen()) return {};
  const auto ask = [&](const std::string& host) {
    ClientRequest request;
    request.url = {"http", host, server.port()};
    const auto answer = loop.run(client.fetch(std::move(request), core::Bytes{1024}));
    return answer ? answer->body : "";
  };
  Reached reached{ask("127.0.0.1"), ask("::1")};
  loop.run(server.stop());
  return reached;
}

/// This thread, from now on, is on a machine whose kernel knows no IPv6. False where that cannot be had.
bool lose_ipv6() {
  std::array filter{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool machine_has_ipv6() {
  return reach("::1").over_ipv6 == "::1";
}

TEST(ServerAddressTest, EveryInterfaceIsReachedOverBothProtocolsAndSeesPlainAddresses) {
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no IPv6";
  const auto reached = reach("::");
  EXPECT_EQ(reached.over_ipv4, "127.0.0.1");
  EXPECT_EQ(reached.over_ipv6, "::1");
}

TEST(ServerAddressTest, EveryInterfaceOfIpv4IsNotReachedOverIpv6) {
  const auto reached = reach("0.0.0.0");
  EXPECT_EQ(reached.over_ipv4, "127.0.0.1");
  EXPECT_EQ(reached.over_ipv6, "");
}

TEST(ServerAddressTest, WithoutIpv6EveryInterfaceIsThoseOfIpv4) {
  bool lost = false;
  Reached reached;
  std::thread([&] {
    lost = lose_ipv6();
    if (lost) reached = reach("::");
  }).join();
  if (!lost) GTEST_SKIP() << "this machine allows no system call filter";
  EXPECT_EQ(reached.over_ipv4, "127.0.0.1");
  EXPECT_EQ(reached.over_ipv6, "");
}

}  // namespace
}  // namespace pantheon::http
