#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "link/flow.hpp"
#include "link/send_queue.hpp"
#include "link/stream_id.hpp"

namespace pantheon::link {

/// How far the answer's heads have come, on whichever side.
enum class AnswerHead { none, final };

/// One open stream: our direction, the peer's direction, the answer's head.
struct Stream {
  SendQueue queue;
  SendCredit send_credit{kStreamWindow};
  bool opened = true;       ///< false: the opening HEAD waits for its pace
  bool end_wanted = false;  ///< our user has ended this direction
  bool end_sent = false;
  bool waiting_turn = false;  ///< stands in the sender's round
  bool user_waits = false;    ///< owed a Writable

  ReceiveWindow window{kStreamWindow, kMaxStreamWindow};
  bool peer_ended = false;

  AnswerHead answer = AnswerHead::none;
  std::optional<std::string> interim;          ///< payload that waits for its pace
  std::optional<core::SteadyTime> interim_at;  ///< when the last one was sent
};

using Streams = std::unordered_map<StreamId, Stream>;

}  // namespace pantheon::link
