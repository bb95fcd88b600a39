#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <rtc/rtc.hpp>
#include <vector>

#include "core/json.hpp"
#include "rtc/inbox.hpp"
#include "rtc/peer_connection.hpp"

namespace pantheon::rtc {

// How a connection ended.
struct End {
  std::optional<core::Error> error;
};

// What libdatachannel's threads have reported since the executor last looked.
struct Events {
  std::vector<std::function<void()>>
      packets;  // each reads what has arrived; destroyed, others of its threads do
  std::vector<core::json::object> signals;
  std::shared_ptr<::rtc::DataChannel> channel;  // made by the other side
  bool opened = false;
  bool received = false;
  bool drained = false;
  std::optional<End> end;
};

using EventInbox = Inbox<Events>;

/// Reports an end, unless one was reported before. Any thread.
void report_end(const std::weak_ptr<EventInbox>& inbox, std::optional<core::Error> error);

/// Has packets of the connection read on the inbox's executor while that keeps up, by the library's own
/// threads otherwise. Does nothing with a library that has not got our patch (docs/decisions/0012).
void read_packets_on_executor(::rtc::Configuration& configuration, const std::weak_ptr<EventInbox>& inbox);

/// Have what libdatachannel's threads tell of a channel or a connection put into the inbox. Their callbacks
/// know the inbox alone, and it only weakly, so that none of them can reach a destroyed object.
void listen(::rtc::DataChannel& channel, const std::weak_ptr<EventInbox>& inbox);
void listen(::rtc::PeerConnection& connection, const std::weak_ptr<EventInbox>& inbox,
            const Options& options);

}  // namespace pantheon::rtc
