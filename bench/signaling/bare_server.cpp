// bare_server: what a connect costs at the least. It answers the load generator's three questions with
// constant texts, reads none of them and checks nothing: the system calls of a connect, and no more. Prints
// `listening <port>`. Only for `signaling_load connects`: whoever asks a fourth time is hung up on.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

constexpr std::size_t kMostSockets = 20'000;
constexpr std::size_t kMaxEvents = 512;

std::size_t index_of(int socket) {
  return static_cast<std::size_t>(socket);
}

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

// A short text message of a server (RFC 6455, section 5.2).
std::string frame(std::string_view text) {
  constexpr char kFinalText = '\x81';
  return std::string{kFinalText, static_cast<char>(text.size())} + std::string(text);
}

class BareServer {
 public:
  BareServer()
      : listener_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")),
        epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
        asked_(kMostSockets) {
    const int on = 1;
    checked(::setsockopt(listener_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(listener_, any, size), "bind");
    checked(::listen(listener_, SOMAXCONN), "listen");
    checked(::getsockname(listener_, any, &size), "getsockname");
    std::printf("listening %d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    watch(listener_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, kMaxEvents> events;
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), kMaxEvents, -1);
      for (int i = 0; i < count; ++i) {
        const int socket = events[index_of(i)].data.fd;
        if (socket == listener_) {
          accept_all();
        } else {
          answer(socket);
        }
      }
    }
  }

 private:
  void watch(int socket, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = socket;
    checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  }

  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0) return;
      asked_.at(index_of(socket)) = 0;
      watch(socket, EPOLLIN | EPOLLET);
    }
  }

  void answer(int socket) {
    const auto received = ::recv(socket, buffer_.data(), buffer_.size(), 0);
    auto& asked = asked_.at(index_of(socket));
    if (received <= 0 || asked == answers_.size()) {
      ::close(socket);
      return;
    }
    const auto& text = answers_.at(asked++);
    ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
  }

  const std::vector<std::string> answers_{
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" +
          frame(R"(0{"sid":"00000000000000000000","upgrades":[],"pingInterval":25000,"pingTimeout":20000})"),
      frame(R"(40{"sid":"00000000000000000000"})"),
      frame(R"(42["existing-peers",[{"userId":"a0","socketId":"00000000000000000000"}]])"),
  };
  int listener_;
  int epoll_;
  std::vector<std::size_t> asked_;
  std::array<char, 64 * 1024> buffer_;
};

}  // namespace

int main() {
  try {
    BareServer().run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bare_server: %s\n", error.what());
    return 1;
  }
}
