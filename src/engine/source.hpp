#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/discovery.hpp"

namespace pantheon::engine {

struct SourceRules {
  std::chrono::milliseconds stale_time{300'000};
  unsigned ollama_parallel = 1;
};

/// One place where an engine may be, and what is known of it. Holds state, does no I/O.
class Source {
 public:
  explicit Source(EngineAddress address) : address_(std::move(address)) {}

  const EngineAddress& address() const { return address_; }
  /// Nothing until something was found here; an address named by the owner is listed even while it is down.
  const std::optional<EngineInfo>& info() const { return info_; }
  const std::vector<Model>& models() const { return models_; }
  /// What answers here asked for a key, engine or not.
  bool wants_key() const { return wants_key_; }

  /// Takes in what asking the engine brought.
  void apply(core::Result<Listing> found, const SourceRules& rules,
             std::chrono::steady_clock::time_point now);
  void approve();
  void go_down();
  void set_id(std::string id);

  /// False while learn_details() is under way.
  bool wants_details() const;
  /// The engine's names of models whose details are not known, at most 64.
  std::vector<std::string> without_details() const;
  void add_details(const std::string& engine_name, OllamaDetails details);

 private:
  friend asio::awaitable<bool> learn_details(EngineClient& client, Source& source);
  void take(Listing listing, const SourceRules& rules);
  void use_details(Model& model) const;

  EngineAddress address_;
  std::optional<EngineInfo> info_;
  std::vector<Model> models_;
  std::map<std::string, OllamaDetails> details_;  ///< by digest, so that a pulled update is asked anew
  bool learning_ = false;
  bool wants_key_ = false;
  std::chrono::steady_clock::time_point answered_at_{};
};

/// Asks the engine of a source: as what it was before, or anew when it is no longer that.
asio::awaitable<core::Result<Listing>> look_at(EngineClient& client, const Source& source);

/// Asks Ollama for what its listing leaves out. True when something was learnt. The source must stay in
/// place.
asio::awaitable<bool> learn_details(EngineClient& client, Source& source);

/// Gives the engines ids of their kind, `ollama`, `ollama-2`, ...; an engine keeps the id it has.
void name_sources(std::vector<Source>& sources);

}  // namespace pantheon::engine
