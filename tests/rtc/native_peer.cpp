// The native side of the browser tests: peer connections on loopback, driven by JSON lines.
//
// In:  {"do":"start","peer":ID,"initiator":BOOL,"fields":{…}}  {"do":"signal","peer":ID,"signal":{…}}
//      {"do":"close","peer":ID}
// Out: {"event":"signal","peer":ID,"signal":{…}}  {"event":"open","peer":ID,"connect_ms":N,"fields":{…},
//      "local_fingerprint":HEX,"remote_fingerprint":HEX,"max_message":N}
//      {"event":"closed","peer":ID,"error":CODE|null}
//      {"event":"refused","peer":ID,"error":CODE}
// Every message is sent back as it came. The program ends with its standard input.
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <chrono>
#include <iostream>
#include <map>
#include <string>

#include "rtc/library.hpp"
#include "rtc/peer_connection.hpp"

namespace {

namespace asio = boost::asio;
namespace core = pantheon::core;
namespace rtc = pantheon::rtc;
using Clock = std::chrono::steady_clock;

class NativePeers {
 public:
  explicit NativePeers(asio::io_context& io) : io_(io), input_(io, ::dup(STDIN_FILENO)), buffer_(1 << 20) {}

  void read() {
    asio::async_read_until(input_, buffer_, '\n',
                           [this](const boost::system::error_code& error, std::size_t) {
                             if (error) return peers_.clear();
                             std::istream stream(&buffer_);
                             std::string line;
                             std::getline(stream, line);
                             if (const auto command = core::parse_json_object(line)) obey(*command);
                             read();
                           });
  }

 private:
  void obey(const core::json::object& command) {
    const std::string peer(core::get_string(command, "peer").value_or(""));
    const auto verb = core::get_string(command, "do").value_or("");
    if (verb == "start") {
      start(peer, command);
    } else if (verb == "close") {
      peers_.erase(peer);
    } else if (const auto* signal = core::get_object(command, "signal");
               signal != nullptr && peers_.contains(peer)) {
      if (auto taken = peers_[peer]->signal(*signal); !taken) {
        say({{"event", "refused"}, {"peer", peer}, {"error", taken.error().code()}});
      }
    }
  }

  void start(const std::string& peer, const core::json::object& command) {
    rtc::Options options;
    options.initiator = core::get_bool(command, "initiator").value_or(false);
    options.bind_address = "127.0.0.1";
    options.connect_timeout = std::chrono::seconds(10);
    if (const auto* fields = core::get_object(command, "fields")) options.description_fields = *fields;
    const auto began = Clock::now();
    rtc::Callbacks callbacks;
    callbacks.on_signal = [this, peer](core::json::object signal) {
      say({{"event", "signal"}, {"peer", peer}, {"signal", std::move(signal)}});
    };
    callbacks.on_open = [this, peer, began] { opened(peer, Clock::now() - began); };
    callbacks.on_message = [this, peer](const core::ByteVector& message, bool is_text) {
      const auto& connection = peers_[peer];
      std::ignore = is_text ? connection->send_text(core::as_text(message)) : connection->send(message);
    };
    callbacks.on_closed = [this, peer](const std::optional<core::Error>& error) {
      core::json::value code;
      if (error) code = error->code();
      say({{"event", "closed"}, {"peer", peer}, {"error", code}});
    };
    peers_[peer] =
        std::make_unique<rtc::PeerConnection>(io_.get_executor(), std::move(options), std::move(callbacks));
  }

  void opened(const std::string& peer, Clock::duration time) {
    const auto& connection = *peers_[peer];
    say({{"event", "open"},
         {"peer", peer},
         {"connect_ms", std::chrono::duration<double, std::milli>(time).count()},
         {"fields", connection.remote_description_fields()},
         {"local_fingerprint", core::to_hex(connection.local_fingerprint().value_or(core::ByteVector{}))},
         {"remote_fingerprint", core::to_hex(connection.remote_fingerprint().value_or(core::ByteVector{}))},
         {"max_message", connection.max_message_size().count}});
  }

  void say(const core::json::object& event) { std::cout << core::serialize_json(event) << std::endl; }

  asio::io_context& io_;
  asio::posix::stream_descriptor input_;
  asio::streambuf buffer_;
  std::map<std::string, std::unique_ptr<rtc::PeerConnection>> peers_;
};

}  // namespace

int main() {
  rtc::start_library();
  asio::io_context io;
  NativePeers peers(io);
  peers.read();
  io.run();
  rtc::stop_library(std::chrono::seconds(2));
  return 0;
}
