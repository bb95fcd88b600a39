#pragma once

#include <rtc/rtc.hpp>

#include "rtc/peer_connection.hpp"

namespace pantheon::rtc {

/// The largest message that is announced to the other side.
inline constexpr std::size_t kAnnouncedMessageSize = 256 * 1024;

/// Options in libdatachannel's terms. ICE servers that it cannot use are passed over with a warning in the
/// log.
::rtc::Configuration to_configuration(const Options& options);

}  // namespace pantheon::rtc
