#include "app/certificate_watch.hpp"

#include <system_error>
#include <utility>

#include "core/task_group.hpp"

namespace pantheon::app {
namespace {

using States = std::pair<FileState, FileState>;

States states_of(const http::TlsFiles& files) {
  return {file_state(files.certificate_chain), file_state(files.private_key)};
}

}  // namespace

FileState file_state(const std::filesystem::path& file) {
  FileState state;
  std::error_code error;
  state.target = std::filesystem::canonical(file, error).string();
  if (error) return {};
  state.written = std::filesystem::last_write_time(file, error);
  if (error) return {};
  state.size = std::filesystem::file_size(file, error);
  return error ? FileState{} : state;
}

asio::awaitable<void> watch_certificate(http::TlsFiles files, std::chrono::milliseconds pause,
                                        std::function<void()> reload) {
  auto loaded = states_of(files);
  auto seen = loaded;
  for (;;) {
    const bool awake = co_await core::sleep_for(pause);
    if (!awake) co_return;
    auto now = states_of(files);
    const bool settled = now == seen;
    seen = std::move(now);
    if (!settled || seen == loaded) continue;
    loaded = seen;
    reload();
  }
}

}  // namespace pantheon::app
