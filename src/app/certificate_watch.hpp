#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "http/server.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

/// What tells one state of a file from another: also a link that leads elsewhere now, as certificates are
/// renewed.
struct FileState {
  std::string target;
  std::filesystem::file_time_type written;
  std::uintmax_t size = 0;
  bool operator==(const FileState&) const = default;
};
/// Empty for a file that is not there.
FileState file_state(const std::filesystem::path& file);

/// Looks at both files every `pause` until cancelled, and calls `reload` when they have changed and then
/// stayed as they are for one pause: certificate and key are written one after the other.
asio::awaitable<void> watch_certificate(http::TlsFiles files, std::chrono::milliseconds pause,
                                        std::function<void()> reload);

}  // namespace pantheon::app
