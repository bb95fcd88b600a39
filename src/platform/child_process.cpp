#include "platform/child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/task_group.hpp"
#include "platform/error.hpp"
#include "platform/process_usage.hpp"

namespace pantheon::platform {
namespace {

constexpr std::size_t kLongestLine = 64U * 1024U;
constexpr std::size_t kMostFiles = 1U << 20U;
constexpr auto kExitPoll = std::chrono::milliseconds(10);

struct Pipe {
  int read = -1;
  int write = -1;
  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

// Asio opens its sockets without O_CLOEXEC: in the child they would stay open after we have closed them. Only
// what is safe after a fork is called here.
void close_others_on_exec() {
  constexpr unsigned kFirst = STDERR_FILENO + 1;
  if (::close_range(kFirst, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  const auto most = std::min(process_max_open_files(), kMostFiles);  // Linux before 5.11
  for (auto i = kFirst; i < most; ++i) ::fcntl(static_cast<int>(i), F_SETFD, FD_CLOEXEC);
}

void run_in_child(const Pipe& in, const Pipe& out, bool show_errors, std::vector<char*>& argv, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // the parent died before prctl took hold
  ::dup2(in.read, STDIN_FILENO);
  ::dup2(out.write, STDOUT_FILENO);
  if (!show_errors) {
    const int null = ::open("/dev/null", O_WRONLY);
    if (null >= 0) ::dup2(null, STDERR_FILENO);
  }
  ::setpgid(0, 0);  // Ctrl-C goes to us; we end the child in order
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int ignored : {SIGPIPE, SIGTTIN}) std::signal(ignored, SIG_DFL);  // by us, not for others
  close_others_on_exec();
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

struct ChildProcess::State {
  State(const asio::any_io_executor& executor, int out, int in, pid_t child)
      : output(executor, out), input(in), pid(child) {}
  asio::posix::stream_descriptor output;
  std::string buffer;
  int input;
  pid_t pid;
  std::optional<int> exit_code;

  /// To it and to what it has started; before it is reaped, as its id is then anybody's.
  void signal(int number) const {
    if (::kill(-pid, number) != 0) ::kill(pid, number);
  }

  void reap(int options) {
    int status = 0;
    if (exit_code || ::waitpid(pid, &status, options) != pid) return;
    exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
};

core::Result<std::unique_ptr<ChildProcess>> ChildProcess::start(asio::any_io_executor executor,
                                                                std::vector<std::string> arguments,
                                                                bool show_errors) {
  Pipe in;
  Pipe out;
  if (arguments.empty() || !in.open() || !out.open())
    return core::failure(PlatformError::cannot_start_process);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) run_in_child(in, out, show_errors, argv, parent);
  if (child > 0) ::setpgid(child, child);  // the child does so too: whoever is first
  ::close(in.read);
  ::close(out.write);
  if (child < 0) {
    ::close(in.write);
    ::close(out.read);
    return core::failure(PlatformError::cannot_start_process, arguments[0] + ": " + std::strerror(errno));
  }
  auto state = std::make_unique<State>(std::move(executor), out.read, in.write, child);
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}

ChildProcess::~ChildProcess() {
  state_->reap(WNOHANG);
  if (!state_->exit_code) {
    state_->signal(SIGKILL);
    state_->reap(0);
  }
  ::close(state_->input);
}

asio::awaitable<std::optional<std::string>> ChildProcess::read_line() {
  boost::system::error_code error;
  auto dynamic = asio::dynamic_buffer(state_->buffer, kLongestLine);
  const auto size = co_await asio::async_read_until(state_->output, dynamic, '\n',
                                                    asio::redirect_error(asio::use_awaitable, error));
  if (error && state_->buffer.empty()) co_return std::nullopt;
  const auto length = error ? state_->buffer.size() : size;
  std::string line = state_->buffer.substr(0, length);
  state_->buffer.erase(0, length);
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  co_return line;
}

asio::awaitable<int> ChildProcess::wait() {
  for (;;) {
    state_->reap(WNOHANG);
    if (state_->exit_code) co_return *state_->exit_code;
    const bool waited = co_await core::sleep_for(kExitPoll);
    if (!waited) co_return -1;
  }
}

asio::awaitable<void> ChildProcess::stop(std::chrono::milliseconds patience) {
  state_->reap(WNOHANG);
  if (state_->exit_code) co_return;
  state_->signal(SIGTERM);
  for (auto waited = std::chrono::milliseconds(0); waited < patience; waited += kExitPoll) {
    state_->reap(WNOHANG);
    if (state_->exit_code) co_return;
    const bool slept = co_await core::sleep_for(kExitPoll);
    if (!slept) break;
  }
  state_->reap(WNOHANG);
  if (state_->exit_code) co_return;
  state_->signal(SIGKILL);
  state_->reap(0);
}

int ChildProcess::pid() const {
  return state_->pid;
}

}  // namespace pantheon::platform
