#pragma once

#include <string>

#include "core/bytes.hpp"
#include "core/error.hpp"

namespace pantheon::cluster {

/// JSON text for one socket of another node, and who sent it. Nobody on the way reads the text.
struct SocketText {
  std::string account;
  std::string socket_id;  ///< whom it is for
  std::string from_device;
  std::string from_socket;
  std::string text;
};

/// As it goes over Redis: the other fields as a JSON object, a line feed, and the text as it is
/// (docs/cluster.md).
std::string serialize_socket_text(const SocketText& text);
/// Whether a message between nodes is such a text: all others are one JSON object without line feeds.
bool is_socket_text(core::ByteView message);
/// `cluster_bad_message`. The text is only checked to be UTF-8: the node that sent it has parsed it.
core::Result<SocketText> parse_socket_text(core::ByteView message);

}  // namespace pantheon::cluster
