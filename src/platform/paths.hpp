#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::platform {

/// Where keys, pins and the database live: $PANTHEON_HOME, else $XDG_DATA_HOME/pantheon, else
/// ~/.local/share/pantheon.
std::filesystem::path data_folder();

/// Where things live that can be fetched again: $PANTHEON_CACHE, else $XDG_CACHE_HOME/pantheon, else
/// ~/.cache/pantheon.
std::filesystem::path cache_folder();

/// Creates the folder and those of its parents that are missing, readable by the owner only.
core::Result<void> make_private_folder(const std::filesystem::path& folder);

/// The whole file as text; `cannot_read_file` when it is missing or larger than 16 MiB.
core::Result<std::string> read_file(const std::filesystem::path& file);

/// Replaces the file in one step (a crash leaves the old or the new content), readable by the owner only.
core::Result<void> write_private_file(const std::filesystem::path& file, std::string_view content);

}  // namespace pantheon::platform
