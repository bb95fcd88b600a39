#include "app/error.hpp"

#include <array>

namespace pantheon::app {
namespace {

// In the order of AppError.
constexpr std::array<core::ErrorRow, 7> kRows{{
    {"already_running", 409, 75,
     "Pantheon is already running with this data folder; stop it, or set PANTHEON_HOME."},
    {"no_account_at_server", 401, 77,
     "This device has no account at that server; add --pair LINK (a link shown by a device that has one), "
     "--token, or "
     "AUTH_KEY."},
    {"setup_failed", 500, 69,
     "The small model could not be set up; see the message above, or install Ollama."},
    {"setup_unavailable", 500, 69,
     "This program lies apart from its checkout, which sets the small model up; install Ollama, or run `make "
     "up` in a checkout."},
    {"bad_device_file", 500, 65,
     "A file of the data folder is damaged; restore it, or remove it and pair your devices again."},
    {"signaling_unreachable", 503, 69,
     "The signaling server cannot be reached; check the address and your network."},
    {"server_address_invalid", 400, 64,
     "The address of the signaling server cannot be used; give one like https://signal.example.org."},
}};

}  // namespace

const core::ErrorRow& row(AppError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> app_error_rows() {
  return kRows;
}

}  // namespace pantheon::app
