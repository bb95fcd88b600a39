#pragma once

#include <chrono>

namespace pantheon::rtc {

/// Starts libdatachannel's threads and sends its warnings to the logger "rtc". Called by PeerConnection;
/// calling it earlier makes the first connect quicker. Safe from any thread, any number of times.
void start_library();

/// Ends libdatachannel's threads, at the end of main, after every PeerConnection is destroyed. Waits at most
/// `limit` for connections that still say goodbye; false when they took longer.
bool stop_library(std::chrono::milliseconds limit);

}  // namespace pantheon::rtc
