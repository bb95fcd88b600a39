#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"
#include "link/error.hpp"
#include "link/head.hpp"
#include "link/stream_id.hpp"

namespace pantheon::link {

/// How the key that signed the binding is known to this side.
enum class PeerTrust {
  pinned,      ///< the very key that was pinned for this device
  vouched,     ///< chains to a pinned key by statements
  first_seen,  ///< as the server said, remembered at first sight, not verified by a person
};

/// The binding is verified: streams may be opened or will arrive. Comes once, before every other event but
/// Closed.
struct Ready {
  std::string device_id;
  PeerTrust trust = PeerTrust::first_seen;
  std::vector<std::string> features;
};

/// A stream was opened by the peer (answerer only).
struct Request {
  StreamId stream{};
  RequestHead head;
};

/// An interim head of an answer: queue position, load progress (offerer only).
struct Interim {
  StreamId stream{};
  ResponseHead head;
};

/// The final head of an answer (offerer only).
struct Response {
  StreamId stream{};
  ResponseHead head;
};

/// Bytes of a body. Give their credit back with Connection::consumed when they are used up.
struct Data {
  StreamId stream{};
  core::ByteVector bytes;
};

/// The peer's direction of the stream is complete.
struct End {
  StreamId stream{};
};

/// The stream is over in both directions, by the peer or because the peer broke a rule of the stream.
/// `no_error` after End: the answer is whole and the upload is no longer wanted. The id is dead: nothing more
/// comes, calls are ignored.
struct Reset {
  StreamId stream{};
  LinkError code = LinkError::no_error;
  std::string message;
};

/// The stream's send queue has room again after Connection::write took less than it was given.
struct Writable {
  StreamId stream{};
};

/// News from the peer: `catalogue` or `hosting`. A newer one of the same kind replaces one not yet taken.
struct Push {
  std::string kind;
  core::json::object body;
};

/// No new streams on this link (code is always no_error; other codes arrive as Closed). Running streams up to
/// last_stream go on; later ones have been reported as Reset(refused_stream).
struct GoAway {
  StreamId last_stream{};
  std::string message;
  bool by_peer = true;  ///< false: this side ran out of stream ids and said so to the peer
};

/// The link is over; the last event. When it was this side that ended it, one last message (GOAWAY) is to be
/// composed and sent before the channel is closed. All streams are dead without further events.
struct Closed {
  LinkError code = LinkError::no_error;
  std::string message;
  bool by_peer = false;
};

using Event =
    std::variant<Ready, Request, Interim, Response, Data, End, Reset, Writable, Push, GoAway, Closed>;

}  // namespace pantheon::link
