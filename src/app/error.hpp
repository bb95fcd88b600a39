#pragma once

#include <span>

#include "core/error.hpp"

namespace pantheon::app {

enum class AppError {
  already_running,
  no_account_at_server,
  setup_failed,
  setup_unavailable,
  bad_device_file,
  signaling_unreachable,
  server_address_invalid
};
const core::ErrorRow& row(AppError code);
std::span<const core::ErrorRow> app_error_rows();

}  // namespace pantheon::app
