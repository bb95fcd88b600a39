#include "http/peer_watch.hpp"

#include <boost/asio/buffer.hpp>

namespace pantheon::http {
namespace {

constexpr unsigned char kTlsAlert =
    21;  // a record of this type comes before TLS closes (RFC 8446, section 6.1)

}  // namespace

struct PeerWatch::State {
  State(Stream& s, bool tls, std::function<void()> callback)
      : stream(s), secure(tls), on_gone(std::move(callback)) {}

  // The socket is ready to be read: what would come?
  bool gone() const {
    unsigned char next = 0;
    boost::system::error_code error;
    const std::size_t count =
        stream.socket().receive(asio::buffer(&next, 1), tcp::socket::message_peek, error);
    if (error) return error != asio::error::would_block;
    return count == 0 || (secure && next == kTlsAlert);
  }

  Stream& stream;
  bool secure;
  bool watching = false;
  std::function<void()> on_gone;
};

PeerWatch::PeerWatch(Stream& stream, bool secure, std::function<void()> on_gone)
    : state_(std::make_shared<State>(stream, secure, std::move(on_gone))) {}

PeerWatch::~PeerWatch() {
  stop();
}

void PeerWatch::start() const {
  state_->watching = true;
  state_->stream.socket().async_wait(tcp::socket::wait_read,
                                     [weak = std::weak_ptr(state_)](const boost::system::error_code& error) {
                                       const auto state = weak.lock();
                                       if (!state || error || !std::exchange(state->watching, false)) return;
                                       if (state->gone()) state->on_gone();
                                     });
}

void PeerWatch::stop() const {
  if (std::exchange(state_->watching, false)) state_->stream.cancel();
}

}  // namespace pantheon::http
