#include "store/error.hpp"

#include <array>

namespace pantheon::store {
namespace {

// In the order of StoreError.
constexpr std::array<core::ErrorRow, 8> kRows{{
    {"store_cannot_open", 500, 66,
     "The database cannot be opened; check that its folder exists and may be read."},
    {"store_not_writable", 500, 73,
     "The database cannot be written; check the rights of the file and its folder."},
    {"store_corrupt", 500, 65,
     "The database is damaged or not a database; restore it from a backup or move it away."},
    {"store_newer_version", 500, 65,
     "The database was written by a newer version of Pantheon; install that version or restore an older "
     "backup."},
    {"store_busy", 503, 75, "Another process holds the database; stop it or try again."},
    {"store_full", 507, 74, "There is no space left for the database; free some on its disk."},
    {"store_constraint", 409, 70, "The entry contradicts what is stored already."},
    {"store_failed", 500, 70, "The database refused an operation; see the log for the cause."},
}};

}  // namespace

const core::ErrorRow& row(StoreError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> store_error_rows() {
  return kRows;
}

}  // namespace pantheon::store
