#pragma once

#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pantheon::cluster {

/// A Redis server of its own on a free loopback port, without persistence. For tests.
class RedisServer {
 public:
  enum class Wire { plain, tls };

  /// Starts it with further arguments, those of TLS among them; throws when there is no Redis on this
  /// machine.
  explicit RedisServer(std::vector<std::string> arguments = {}, Wire wire = Wire::plain)
      : arguments_(std::move(arguments)), wire_(wire), port_(free_port()) {
    start();
  }
  ~RedisServer() { stop(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const {
    return (wire_ == Wire::tls ? "rediss://127.0.0.1:" : "redis://127.0.0.1:") + std::to_string(port_);
  }

  /// Back on the same port, empty; returns when it takes connections.
  void start() {
    std::array<int, 2> pipe_ends{};
    if (::pipe(pipe_ends.data()) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) run(pipe_ends[1]);
    ::close(pipe_ends[1]);
    output_ = pipe_ends[0];
    wait_until_it_listens();
  }

  /// Ends the process at once.
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    ::close(output_);
  }

  /// Keeps it from answering, without closing anything, until resume().
  void pause() const { ::kill(pid_, SIGSTOP); }
  void resume() const { ::kill(pid_, SIGCONT); }

 private:
  static std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(probe, generic, size) != 0 || ::getsockname(probe, generic, &size) != 0)
      throw std::runtime_error("no free port");
    ::close(probe);
    return ntohs(address.sin_port);
  }

  [[noreturn]] void run(int output) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    const auto port = std::to_string(port_);
    std::vector<std::string> words{"redis-server", "--bind", "127.0.0.1", "--save", "",
                                   "--appendonly", "no",     "--port"};
    if (wire_ == Wire::tls) {
      words.insert(words.end(), {"0", "--tls-port"});
    }
    words.push_back(port);
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execv("/usr/bin/redis-server", pointers.data());
    // Debian's redis-tools has the same program under another name, and brings no daemon along.
    ::execv("/usr/bin/redis-check-rdb", pointers.data());
    ::_exit(127);
  }

  void wait_until_it_listens() const {
    std::string said;
    std::array<char, 4096> chunk{};
    while (said.find("Ready to accept connections") == std::string::npos) {
      const auto count = ::read(output_, chunk.data(), chunk.size());
      if (count <= 0) throw std::runtime_error("redis-server did not start: " + said);
      said.append(chunk.data(), static_cast<std::size_t>(count));
    }
  }

  std::vector<std::string> arguments_;
  Wire wire_;
  std::uint16_t port_;
  int pid_ = -1;
  int output_ = -1;
};

}  // namespace pantheon::cluster
