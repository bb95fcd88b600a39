#include "cli/up_screen.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <utility>

#include "cli/qr_code.hpp"
#include "platform/terminal.hpp"

namespace pantheon::cli {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLongestError = 400;
constexpr std::size_t kMostModelsShown = 8;
constexpr unsigned kBarWidth = 30;
constexpr double kMegabyte = 1e6;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// What is on the screen, so that nothing is said twice.
struct Screen {
  bool colour = platform::stdout_has_colour();
  bool terminal = platform::stdout_is_terminal();
  bool host_only = false;
  bool bar_shown = false;
  bool offline = false;
  std::vector<std::string> last_origins;
  std::string last_engines;
  std::string last_error;
  std::string last_tenth;  ///< of the progress

  std::string strong(const std::string& text) const { return colour ? "\x1b[1m" + text + "\x1b[0m" : text; }
  std::string faint(const std::string& text) const { return colour ? "\x1b[2m" + text + "\x1b[0m" : text; }

  void line(const std::string& text) {
    end_bar();
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }
  void event(const std::string& text) {
    line(
        fmt::format("  {}  {}", faint(fmt::format("{:%H:%M:%S}", fmt::localtime(std::time(nullptr)))), text));
  }
  void end_bar() {
    if (bar_shown && terminal) fmt::print("\n");
    bar_shown = false;
  }
};
using ScreenPtr = std::shared_ptr<Screen>;

void show_progress(Screen& screen, const app::TrialEngine::Progress& progress) {
  if (progress.total.count == 0) return;
  if (progress.total.count == 1) return screen.line("  " + screen.faint(progress.what + " ..."));
  const double share = static_cast<double>(progress.done.count) / static_cast<double>(progress.total.count);
  const auto filled = static_cast<unsigned>(share * kBarWidth);
  const auto text =
      fmt::format("  [{:=<{}}{: <{}}] {:3.0f} %  {:.0f} of {:.0f} MB  {}", "", filled, "", kBarWidth - filled,
                  share * 100, static_cast<double>(progress.done.count) / kMegabyte,
                  static_cast<double>(progress.total.count) / kMegabyte, printable(progress.what));
  if (screen.terminal) {
    fmt::print("\r{}\x1b[K", text);
    std::fflush(stdout);
    screen.bar_shown = true;
    return;
  }
  // Without a terminal one line for every tenth is enough.
  const auto tenth = fmt::format("{:.0f}", share * 10);
  if (tenth == screen.last_tenth) return;
  screen.last_tenth = tenth;
  screen.line(text);
}

void show_engines(Screen& screen, const std::vector<app::UpEvents::Engine>& engines) {
  std::string text;
  for (const auto& engine : engines) text += (text.empty() ? "" : "\n") + engine_line(engine);
  if (engines.empty()) {
    text =
        "  Models   none found. Start Ollama, LM Studio or llama-server (it is found by itself), or name "
        "one\n"
        "           with --engine URL";
    if (app::TrialEngine::is_available()) text += ", or try a small model with --try";
  }
  if (text == screen.last_engines) return;
  screen.last_engines = text;
  screen.line(text);
}

std::string_view where_from(app::UpEvents::Reach reach) {
  switch (reach) {
    case app::UpEvents::Reach::this_computer:
      return "works on this computer only";
    case app::UpEvents::Reach::this_network:
      return "works at home: on this network only";
    case app::UpEvents::Reach::anywhere:
      break;
  }
  return "works anywhere";
}

void show_online(Screen& screen, const std::vector<std::string>& origins, app::UpEvents::Reach reach) {
  if (std::exchange(screen.offline, false)) screen.event("connected to the signaling server again");
  if (origins == screen.last_origins) return;
  screen.last_origins = origins;
  for (const auto& origin : origins) {
    screen.line(fmt::format("  {}  {}  {}", screen.host_only ? "Server " : "Web app", origin,
                            screen.faint(std::string(where_from(reach)))));
  }
}

void show_link(Screen& screen, const std::string& link, std::chrono::minutes lifetime) {
  screen.line(fmt::format("\n  {} (once, within {} minutes), or scan the code:\n\n  {}\n",
                          screen.strong("Open this link on another device"), lifetime.count(),
                          screen.strong(link)));
  if (const auto picture = qr_code(link, screen.colour); picture && screen.terminal) screen.line(*picture);
  if (platform::stdin_is_terminal()) screen.line(screen.faint("  Enter: a new link    Ctrl-C: stop\n"));
}

asio::awaitable<bool> ask_for_trial(ScreenPtr screen) {
  if (!platform::stdin_is_terminal() || !screen->terminal) co_return false;
  fmt::print("\n  No model engine answers on this computer.\n  Set up a small one to try? {}\n  [Y/n] ",
             app::TrialEngine::description());
  std::fflush(stdout);
  const int keyboard = platform::open_keyboard();
  if (keyboard < 0) co_return false;
  asio::posix::stream_descriptor input(co_await asio::this_coro::executor, keyboard);
  std::string answer;
  boost::system::error_code error;
  co_await asio::async_read_until(input, asio::dynamic_buffer(answer, 256), '\n',
                                  asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return false;
  co_return answer.front() == '\n' || answer.front() == 'y' || answer.front() == 'Y';
}

void show_error(Screen& screen, const core::Error& error) {
  const auto text = printable(error.message(), kLongestError);
  if (text == screen.last_error) return;
  screen.last_error = text;
  screen.event(text);
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  std::string clean;
  // Not in the middle of a UTF-8 sequence.
  while (longest < text.size() && longest > 0 && is_continuation(text[longest])) --longest;
  text = text.substr(0, longest);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == 0xC2 && next < 0xA0) {
      ++i;  // control characters beyond ASCII: terminals obey them too
    } else if (byte >= 0x20 && byte != 0x7F) {
      clean += text[i];
    }
  }
  return clean;
}

std::string device_name(std::string_view text) {
  auto clean = printable(text);
  return clean.empty() ? "a device without a name" : clean;
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  return fmt::format("{} min {} s", static_cast<int>(seconds) / 60, static_cast<int>(seconds) % 60);
}

std::string engine_line(const app::UpEvents::Engine& engine) {
  if (engine.unrecognised) {
    return fmt::format("  Engine   {} at {} answers, but is no model engine; check the URL", engine.name,
                       engine.url);
  }
  if (engine.wants_key && !engine.named) {
    return fmt::format(
        "  Engine   {} at {} asks for an API key; add --engine {} and give the key in PANTHEON_ENGINE_KEY",
        engine.name, engine.url, engine.url);
  }
  if (engine.wants_key) {
    return fmt::format("  Engine   {} at {} asks for an API key; give the right one in PANTHEON_ENGINE_KEY",
                       engine.name, engine.url);
  }
  if (!engine.up) return fmt::format("  Engine   {} at {} does not answer", engine.name, engine.url);
  if (!engine.shared) {
    return fmt::format("  Engine   {} at {} found, not shared; add --engine {} to share it", engine.name,
                       engine.url, engine.url);
  }
  std::string models;
  for (std::size_t i = 0; i < engine.models.size() && i < kMostModelsShown; ++i) {
    models += (i == 0 ? "" : ", ") + printable(engine.models[i]);
  }
  if (engine.models.size() > kMostModelsShown)
    models += fmt::format(" and {} more", engine.models.size() - kMostModelsShown);
  if (models.empty()) models = "no models yet";
  return fmt::format("  Models   {}  ({}, {})", models, engine.name, engine.url);
}

std::string request_line(const app::UpEvents::Request& request) {
  const auto who = fmt::format("{} -> {}", device_name(request.device), printable(request.model));
  if (!request.error_code.empty()) {
    return fmt::format("{}  ended after {}: {}", who, duration_text(request.duration), request.error_code);
  }
  return fmt::format("{}  {}{} tokens in {}", who, request.tokens_estimated ? "about " : "", request.tokens,
                     duration_text(request.duration));
}

app::UpEvents screen_events(bool host_only) {
  const auto screen = std::make_shared<Screen>();
  screen->host_only = host_only;
  screen->line(fmt::format("\n  {} {}\n", screen->strong("Pantheon"), PANTHEON_VERSION));
  app::UpEvents events;
  events.on_trial_progress = [screen](const auto& progress) { show_progress(*screen, progress); };
  events.on_offer_trial = [screen] { return ask_for_trial(screen); };
  events.on_engines = [screen](const auto& engines) { show_engines(*screen, engines); };
  events.on_online = [screen](const auto& origins, auto reach) { show_online(*screen, origins, reach); };
  events.on_offline = [screen](const std::string& reason) {
    screen->offline = true;
    screen->event("the signaling server is gone (" + printable(reason) + "); connecting again");
  };
  events.on_link = [screen](const std::string& link, std::chrono::minutes lifetime) {
    show_link(*screen, link, lifetime);
  };
  events.on_paired = [screen](const std::string& device, const std::string& platform) {
    const auto what = printable(platform);
    screen->event("paired with " + screen->strong(device_name(device)) +
                  (what.empty() ? "" : " (" + what + ")"));
  };
  events.on_peer = [screen](const std::string& device, bool connected) {
    screen->event(device_name(device) + (connected ? " connected" : " disconnected"));
  };
  events.on_request = [screen](const auto& request) {
    if (request.finished) screen->event(request_line(request));
  };
  events.on_note = [screen](const std::string& note) { screen->event(printable(note, kLongestError)); };
  events.on_error = [screen](const core::Error& error) { show_error(*screen, error); };
  return events;
}

}  // namespace pantheon::cli
