#include "app/trial_engine.hpp"

#include <boost/asio/this_coro.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <vector>

#include "app/error.hpp"
#include "platform/paths.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

std::string scripts_folder() {
  const char* set = std::getenv("PANTHEON_SCRIPTS");
  return set != nullptr && *set != '\0' ? set : PANTHEON_SCRIPTS_FOLDER;
}

std::string setup_script() {
  return scripts_folder() + "/get-model";
}

/// `progress <done> <total> <what>`
void report(const std::string& line, const std::function<void(const TrialEngine::Progress&)>& on_progress) {
  std::istringstream fields(line);
  std::string word;
  TrialEngine::Progress progress;
  fields >> word >> progress.done.count >> progress.total.count;
  if (!fields || word != "progress") return;
  std::getline(fields >> std::ws, progress.what);
  on_progress(progress);
}

std::vector<std::string> fields_of(const std::string& line, char separator) {
  std::istringstream in(line);
  std::vector<std::string> fields;
  for (std::string field; std::getline(in, field, separator);) fields.push_back(field);
  return fields;
}

}  // namespace

asio::awaitable<core::Result<std::string>> TrialEngine::start(
    std::function<void(const Progress&)> on_progress) {
  if (!is_available()) co_return core::failure(AppError::setup_unavailable);
  auto setup = platform::ChildProcess::start(executor_, {setup_script()}, true);
  if (!setup) co_return core::failure(setup.error());
  setup_ = std::move(*setup);
  std::vector<std::string> ready;
  for (;;) {
    const auto line = co_await setup_->read_line();
    if (!line) break;
    report(*line, on_progress);
    if (line->starts_with("ready\t")) ready = fields_of(*line, '\t');  // paths may hold spaces
  }
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none)
    co_return core::failure(core::CommonError::cancelled);  // stop() ends it in order
  setup_.reset();
  if (ready.size() == 4) on_progress({core::Bytes{1}, core::Bytes{1}, "starting " + description()});
  if (ready.size() != 4) co_return core::failure(AppError::setup_failed);

  auto server = platform::ChildProcess::start(
      executor_, {ready[1], ready[3], "--port", "0", "--model", ready[2]}, false);
  if (!server) co_return core::failure(server.error());
  server_ = std::move(*server);
  for (;;) {
    const auto line = co_await server_->read_line();
    if (!line) co_return core::failure(AppError::setup_failed, "the engine ended before it answered");
    const auto words = fields_of(*line, ' ');
    if (words.size() == 2 && words[0] == "listening") co_return "http://127.0.0.1:" + words[1];
  }
}

asio::awaitable<void> TrialEngine::stop() {
  if (setup_) co_await setup_->stop(2s);
  if (server_) co_await server_->stop(3s);
  setup_.reset();
  server_.reset();
}

bool TrialEngine::is_available() {
  std::error_code error;
  return std::filesystem::exists(setup_script(), error);
}

std::string TrialEngine::description() {
  return "Gemma 3 270M (a small base model, 253 MB) on llama.cpp, kept in " +
         platform::cache_folder().string();
}

}  // namespace pantheon::app
