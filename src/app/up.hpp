#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/trial_engine.hpp"
#include "core/error.hpp"
#include "rtc/peer_connection.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

/// When to set up the small trial model.
enum class Trial {
  never,
  if_no_engine,  ///< `--try`
  ask            ///< offer it when no engine answers
};

struct UpOptions {
  std::filesystem::path data_folder;
  std::string name;  ///< of this device, for people

  // At home: the signaling server of this machine. Unused with `server`.
  std::string bind_address = "0.0.0.0";
  std::uint16_t port = 3001;
  bool dev = false;

  // Anywhere: a signaling server elsewhere, and how we sign in there.
  std::string server;     ///< its origin, as server_origin() gives it; empty: at home
  std::string pair_link;  ///< a link of a device that is in the account already
  std::string token;      ///< a provider's token, or `dev:<account>`
  /// A file with such a token: read at each sign-in, and again before the token ends.
  std::filesystem::path token_file;
  std::string auth_key;
  /// In an account without pairing: only devices that were paired, or that such a device vouches for.
  bool verified_only = false;

  std::vector<std::string> engines;         ///< base URLs named by the owner
  std::string engine_key;                   ///< API key for those; empty for none
  bool search_engines = true;               ///< also look at the usual local places
  unsigned parallel = 1;                    ///< answers Ollama writes at the same time
  std::chrono::minutes engine_silence{15};  ///< after which a request that an engine does not answer fails
  std::set<std::string> shared_models;      ///< only these; empty: all that are found
  std::set<std::string> cloud_models;       ///< shared too, though an engine runs them elsewhere
  std::set<std::string> managers;           ///< ids of devices that may pull, copy and delete models
  Trial trial = Trial::ask;
  bool serve_relayed = true;  ///< clients of generation 1 too, whose requests the signaling server could read

  std::vector<rtc::IceServer> ice_servers;  ///< used by our side of peer connections
  std::optional<std::string> rtc_bind_address;
  rtc::PortRange rtc_ports;
};

/// What happened, for whoever shows it: the terminal, a log, a desktop app. Every function may be empty.
/// Names are of devices and models; there is never content of a request in them.
struct UpEvents {
  std::function<void(const TrialEngine::Progress&)> on_trial_progress;
  /// No engine answered and Trial::ask: true to set the small model up.
  std::function<asio::awaitable<bool>()> on_offer_trial;
  struct Engine {
    std::string name;
    std::string url;
    std::vector<std::string> models;
    bool up = false;
    bool shared = false;
    bool unrecognised = false;  ///< something answers at the URL, but no engine; then it is not up
    bool wants_key = false;     ///< it asks for an API key, or another one; then it is not up
    bool named = false;         ///< by the owner, as those are that get the key
  };
  /// What was found, whenever that changes.
  std::function<void(const std::vector<Engine>&)> on_engines;
  /// From where the web app can be opened, going by its address.
  enum class Reach : std::uint8_t { this_computer, this_network, anywhere };
  /// Signed in; where the web app is. Again when that is elsewhere, as in another network.
  std::function<void(const std::vector<std::string>& origins, Reach)> on_online;
  std::function<void(const std::string& reason)> on_offline;
  /// A fresh one-time pairing link; replaces the one before.
  std::function<void(const std::string& link, std::chrono::minutes lifetime)> on_link;
  std::function<void(const std::string& device, const std::string& platform)> on_paired;
  std::function<void(const std::string& device, bool connected)> on_peer;
  struct Request {
    std::string device;
    std::string model;
    std::uint64_t tokens = 0;
    bool tokens_estimated = false;
    std::chrono::milliseconds duration{0};
    bool finished = false;
    std::string error_code;  ///< empty when it went well
  };
  std::function<void(const Request&)> on_request;
  /// Something the person should know that is no error, as a sentence.
  std::function<void(const std::string& note)> on_note;
  std::function<void(const core::Error&)> on_error;
};

/// `pantheon up`: signaling, web app and host in one. Use from the executor's one thread; stop() before
/// destroying it.
class Up {
 public:
  Up(asio::any_io_executor executor, UpOptions options, UpEvents events);
  ~Up();
  Up(const Up&) = delete;
  Up& operator=(const Up&) = delete;

  /// Starts everything in order and returns when it runs: errors of the data folder, `address_in_use`,
  /// `no_account_at_server`, `pairing_refused` ...
  asio::awaitable<core::Result<void>> start();
  asio::awaitable<void> stop();

  /// Makes a new pairing link (on_link follows).
  asio::awaitable<core::Result<void>> renew_link();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::app
