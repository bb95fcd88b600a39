#pragma once

#include "core/error.hpp"

namespace pantheon::store {

/// What can go wrong with the database file.
enum class StoreError { cannot_open, not_writable, corrupt, newer_version, busy, full, constraint, failed };
const core::ErrorRow& row(StoreError code);
std::span<const core::ErrorRow> store_error_rows();

}  // namespace pantheon::store
