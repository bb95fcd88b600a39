#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "signaling/frames.hpp"

namespace pantheon::bench {

/// Who a client is, and where it connects to.
struct SwarmOptions {
  std::vector<std::uint16_t> ports;  ///< of the servers, among which the clients are dealt out in turn
  unsigned accounts = 0;        ///< over which the pairs are spread; 0: each pair is an account of its own
  unsigned addresses = 4;       ///< source addresses, 127.0.0.2 and the next ones
  std::string field = "token";  ///< of `auth` in which the credential stands
  std::vector<std::string>
      credentials;  ///< of the accounts, or of the clients where there are as many; else `dev:p<account>`
};

/// Many Socket.IO clients over WebSocket on one thread; client 2 i and 2 i + 1 are a pair. Throws
/// std::runtime_error when a server refuses a client or does not get on. Written on epoll without a library
/// in between: a generator that is slower than the server measures itself.
class Swarm {
 public:
  Swarm(SwarmOptions options, std::size_t clients);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  /// Connects clients [first, last), at most `in_flight` at one time, until all of them have signed in and
  /// their `join-account` is answered.
  void connect(std::size_t first, std::size_t last, std::size_t in_flight);
  /// The same, with other work meanwhile, which calls poll().
  void connect(std::size_t first, std::size_t last, std::size_t in_flight, const std::function<void()>& work);
  /// The same for clients [0, slots) in turn until `count` connects are done: whoever is connected already
  /// says goodbye and comes anew.
  void connect_in_turn(std::size_t count, std::size_t slots, std::size_t in_flight);
  /// Ends all connections at once and without a goodbye: with a TCP reset, or orderly (FIN).
  void drop_all(bool reset);

  /// Called for every signal that arrives; it may send.
  void on_signal(std::function<void(std::size_t client, const Stamp&)> handler) {
    on_signal_ = std::move(handler);
  }
  /// Queued, and written at the end of the event that is being handled, or at the next flush().
  void send(std::size_t client, const SignalFrame& frame, const Stamp& stamp);
  void flush();
  /// Handles what has happened; waits for it at most so long.
  void poll(std::chrono::milliseconds wait);
  void run_for(std::chrono::nanoseconds time);

  static std::string device_of(std::size_t client);
  std::size_t size() const { return clients_.size(); }
  std::size_t joined() const { return joined_; }
  std::size_t retries() const { return retries_; }  ///< connects that broke off and were made again
  std::size_t lost() const { return lost_; }        ///< connections that ended after they had joined

 private:
  enum class Stage { away, connecting, upgrading, opening, signing_in, joining, joined };
  struct Client {
    int socket = -1;
    Stage stage = Stage::away;
    bool waits_to_write = false;
    bool has_news = false;  ///< is in unflushed_
    std::string input;      ///< the begin of a frame
    std::string output;     ///< what is not written yet
  };

  void wait_for_all(const std::function<void()>& work);
  std::size_t coming() const { return waiting_.size() + under_way_; }
  void open_some();
  void open(std::size_t index);
  void close(std::size_t index, bool reset);
  void say_goodbye(std::size_t index);
  void broke(std::size_t index);
  void handle(std::size_t index, std::uint32_t events);
  std::size_t read(std::size_t index);
  void take(std::size_t index, std::string_view bytes);
  std::size_t take_upgrade(std::size_t index, std::string_view bytes);
  void take_message(std::size_t index, std::string_view message);
  void say(std::size_t index, std::string_view message);
  void write(std::size_t index);
  void watch(std::size_t index);
  std::string hello_of(std::size_t index) const;
  std::size_t account_of(std::size_t index) const;

  SwarmOptions options_;
  std::vector<Client> clients_;
  std::function<void(std::size_t, const Stamp&)> on_signal_;
  std::vector<std::size_t> unflushed_;
  std::deque<std::size_t> waiting_;  ///< to connect, as soon as fewer than most_under_way_ do
  std::size_t most_under_way_ = 0;
  std::vector<char> buffer_;
  int epoll_ = -1;
  std::size_t under_way_ = 0;
  std::size_t joined_ = 0;
  std::size_t retries_ = 0;
  std::size_t lost_ = 0;
};

}  // namespace pantheon::bench
