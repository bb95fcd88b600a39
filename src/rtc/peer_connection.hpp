#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"

namespace pantheon::rtc {

namespace asio = boost::asio;

/// A STUN or TURN server as RTCIceServer has it. `turns:` and TURN over TCP are passed over with a warning:
/// the ICE library speaks UDP only. Of several STUN servers one is picked; at most two TURN servers are used.
struct IceServer {
  std::vector<std::string> urls;
  std::string username;
  std::string credential;
};

/// Local UDP ports; 0 means any.
struct PortRange {
  std::uint16_t begin = 0;
  std::uint16_t end = 0;
};

struct Options {
  bool initiator = false;  ///< true: this side makes the data channel and the offer
  std::vector<IceServer> ice_servers;
  std::optional<std::string> bind_address;  ///< an IP literal; candidates are gathered on this address alone
  PortRange ports;
  core::json::object description_fields;            ///< added to our offer or answer signal, e.g. {"link": 1}
  std::chrono::milliseconds connect_timeout{3000};  ///< from construction until the data channel is open
  std::string channel_label = "pantheon";
};

/// Who hears of what. All are called on the executor, never from within the constructor or a member function,
/// and never after close() returned or the object was destroyed. They may close or destroy the object.
struct Callbacks {
  std::function<void(core::json::object)>
      on_signal;                  ///< a simple-peer signal object to send to the other side
  std::function<void()> on_open;  ///< the data channel is open
  std::function<void(core::ByteVector message, bool is_text)> on_message;
  std::function<void()> on_drained;  ///< the buffered amount fell to the low threshold
  /// Once, and the last call; nothing: the other side closed in good order.
  std::function<void(std::optional<core::Error>)> on_closed;
};

/// One WebRTC data channel (RFC 8831), reliable and ordered, to a peer that speaks simple-peer 9's signal
/// messages with trickle ICE. What the two sides send each other as signals is carried by the owner.
///
/// Use from the executor's one thread; libdatachannel's threads are kept behind it, and what they report is
/// handed over in batches: one wake-up brings everything that has arrived while the executor was busy.
///
/// When to try again is the owner's decision: this object connects once. If the channel is not open within
/// `connect_timeout`, on_closed brings `connect_timeout` (RtcError) and the offering side makes a new object
/// with a new offer; the answering side makes a new object for each new offer. An owner should do so a few
/// times, at once for the first and with growing pauses from then on, and do the same after `connect_failed`
/// and `connection_lost`.
///
/// Connecting does not depend on multicast DNS: `<uuid>.local` candidates are accepted and left alone. A
/// browser that hides its addresses so is found by the checks that it sends to our candidates.
class PeerConnection {
 public:
  /// Never throws: what goes wrong in setting up is reported by on_closed as `local_transport`.
  PeerConnection(asio::any_io_executor executor, Options options, Callbacks callbacks);
  /// As close().
  ~PeerConnection();
  PeerConnection(const PeerConnection&) = delete;
  PeerConnection& operator=(const PeerConnection&) = delete;

  /// Takes a signal object of the other side. Candidates may come before their description: at most 32 are
  /// kept, and at most 32 are taken in all. After an error the connection goes on as if the signal had not
  /// come. Errors: those of parse_signal (signal_message.hpp), unexpected_description, local_transport,
  /// not_open once closed.
  core::Result<void> signal(const core::json::object& signal);

  /// Sends one message. Errors: not_open, message_too_large (over max_message_size()), send_buffer_full (over
  /// 16 MiB are buffered). The memory may be reused at once.
  core::Result<void> send(core::ByteView message);
  core::Result<void> send_text(std::string_view message);

  /// What was accepted by send() and has not been handed to SCTP yet.
  core::Bytes buffered_amount() const;
  /// on_drained is called when buffered_amount() falls from above `amount` to it or below. 0 at first.
  void set_low_threshold(core::Bytes amount);
  /// The largest message the other side accepts, from its description, and never more than the 256 KiB we
  /// announce.
  core::Bytes max_message_size() const;

  /// What the other side's first offer or answer held besides `type` and `sdp`; empty before it came.
  const core::json::object& remote_description_fields() const;

  /// sha-256 of the certificates, 32 bytes: ours, and the one that the other side proved in the DTLS
  /// handshake (not what its description claims, though the two are equal on an open connection). `not_open`
  /// before they are known.
  core::Result<core::ByteVector> local_fingerprint() const;
  core::Result<core::ByteVector> remote_fingerprint() const;

  bool is_open() const;

  /// Closes in good order: what was sent before is still delivered, in the background. No callback follows.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::rtc
