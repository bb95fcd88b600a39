#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/ip/udp.hpp>
#include <sstream>
#include <stdexcept>

#include "rtc/test_pair.hpp"

namespace pantheon::rtc::test {

/// The network between a Pair on loopback: each side is told a socket of ours as the address of the other.
/// Make it before the sides start; it runs on the pair's executor.
class Forwarder {
 public:
  /// Which packets go on; all of them at first.
  std::function<bool(const Side& to, core::ByteView packet)> passes;

  explicit Forwarder(Pair& pair) : ends_{End(pair.offerer, pair.io), End(pair.answerer, pair.io)} {
    for (auto& end : ends_) {
      end.side->on_signal = [&end](core::json::object& signal) { redirect(end, signal); };
      receive(end);
    }
  }
  ~Forwarder() {
    for (auto& end : ends_) end.side->on_signal = nullptr;
  }
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  /// Sends a packet as the other side's.
  void send(const Side& to, core::ByteView packet) {
    const bool first = ends_[0].side == &to;
    boost::system::error_code ignored;  // the peer may be gone
    ends_[first ? 1 : 0].socket.send_to(boost::asio::buffer(packet.data(), packet.size()),
                                        ends_[first ? 0 : 1].address, 0, ignored);
  }

 private:
  using Udp = boost::asio::ip::udp;
  struct End {
    End(Side& of, boost::asio::io_context& io)
        : side(&of), socket(io, Udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {}
    Side* side;
    Udp::socket socket;     ///< where the other side thinks that this one is
    Udp::endpoint address;  ///< where it is
    Udp::endpoint from;
    std::array<std::uint8_t, 4096> buffer{};
  };

  static void redirect(End& end, core::json::object& signal) {
    auto* const candidate = signal.contains("candidate") ? signal.at("candidate").if_object() : nullptr;
    if (candidate == nullptr) return;
    // candidate:<foundation> <component> <transport> <priority> <address> <port> ...
    std::istringstream words(std::string(*core::get_string(*candidate, "candidate")));
    std::string line, word;
    for (int place = 0; words >> word; ++place) {
      if (place == 5) {
        end.address = {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(word))};
        word = std::to_string(end.socket.local_endpoint().port());
      }
      line += (place == 0 ? "" : " ") + word;
    }
    (*candidate)["candidate"] = line;
  }

  void receive(End& end) {
    end.socket.async_receive_from(boost::asio::buffer(end.buffer), end.from,
                                  [this, &end](const boost::system::error_code& error, std::size_t size) {
                                    if (error == boost::asio::error::operation_aborted) return;
                                    if (!error) forward(end, {end.buffer.data(), size});
                                    receive(end);
                                  });
  }

  void forward(End& to, core::ByteView packet) {
    ends_[&to == ends_.data() ? 1 : 0].address = to.from;
    if (!passes || passes(*to.side, packet)) send(*to.side, packet);
  }

  std::array<End, 2> ends_;
};

}  // namespace pantheon::rtc::test
