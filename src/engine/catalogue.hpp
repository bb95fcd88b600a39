#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/task_group.hpp"
#include "engine/engine_client.hpp"
#include "engine/model.hpp"

namespace pantheon::engine {

/// The catalogue at one moment. Immutable, so that a request keeps one view of it from start to end.
struct Snapshot {
  std::vector<EngineInfo> engines;  ///< found and not yet approved ones too: `shared` is false for those
  std::vector<Model> models;        ///< of shared engines only
  /// URLs where nobody named an engine, and where whatever answers asks for a key: it may be one.
  std::vector<std::string> locked;

  /// By id; Ollama's habit of leaving `:latest` away and `name@engine` for any model are understood too.
  const Model* find_model(std::string_view name) const;
  const EngineInfo* find_engine(std::string_view id) const;
  bool operator==(const Snapshot&) const = default;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

struct CatalogueOptions {
  std::vector<EngineAddress> candidates;
  std::chrono::milliseconds cache_time{30'000};
  std::chrono::milliseconds recent_time{1'000};
  /// How often to look while an engine that was there does not answer, or none was found.
  std::chrono::milliseconds search_interval{5'000};
  /// How long the models of an engine that does not answer stay listed, flagged as stale.
  std::chrono::milliseconds stale_time{300'000};
  std::set<std::string> shared_remote_models;  ///< Ollama's cloud models that the owner shares, by name
  unsigned ollama_parallel = 1;  ///< `--parallel`; Ollama's own default is to serve one after another
};

/// One catalogue over all engines of this machine. Asks them at most once per cache time, however many want
/// to know at the same time. Use from the executor's one thread.
class Catalogue {
 public:
  using ChangeHandler = std::function<void(const SnapshotPtr&)>;

  Catalogue(asio::any_io_executor executor, EngineClient& client, CatalogueOptions options);
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// Not older than the cache time, unless the engines did not answer. Never fails: an empty one is an
  /// answer.
  asio::awaitable<SnapshotPtr> get();
  /// The same, not older than `recent_time`: for who asks because something may have changed.
  asio::awaitable<SnapshotPtr> get_recent();
  /// Asks the engines now, or joins the asking that is under way.
  asio::awaitable<SnapshotPtr> refresh();
  /// Asks the engines after this call, whatever asking is under way: for who knows that something has
  /// changed.
  asio::awaitable<SnapshotPtr> ask_anew();
  /// What is known without asking anyone.
  SnapshotPtr current() const;

  /// Called after every change of the snapshot, from the executor's thread.
  void on_change(ChangeHandler handler);
  /// The owner's yes to an engine that was found but is of no known kind. False for an unknown id.
  bool approve(std::string_view engine_id);
  /// A request could not reach this engine: its models are stale from now on, and it is asked again.
  void report_down(std::string_view engine_id);
  /// An answer broke off: its engine may be gone, or only have lost this one. Once start() was called, the
  /// engines are asked soon, which says; never more often than each `recent_time`, however many answers
  /// break.
  void report_broken_answer();

  /// Keeps the catalogue fresh until stop().
  void start();
  asio::awaitable<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::engine
