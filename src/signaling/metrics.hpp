#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace pantheon::signaling {

/// What is counted, each with one label. Names, words and labels: the table in metrics.cpp.
enum class Count {
  sign_ins,        ///< by result: "ok", or the code of the refusal
  errors,          ///< by the code that a client was told
  rate_limited,    ///< by what was too frequent: "events", "connects", "requests"
  disconnects,     ///< by the reason
  http_responses,  ///< by the status
};

/// All families of metrics as they were at one moment.
struct MetricsFamilies;
using MetricsSnapshot = std::shared_ptr<const MetricsFamilies>;

/// What the server counts and measures, for Prometheus. Labels are codes and reasons of ours, never what a
/// client says. Counting is safe from any thread; readings are added before the server listens.
class Metrics {
 public:
  enum class Kind { gauge, counter };

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void add(Count what, std::string_view label);
  /// Somebody was let in, or why not.
  void signed_in(const core::Error* refusal);
  /// A signal was handed to its target; how long that took since it had arrived.
  void relayed(std::chrono::nanoseconds took);
  /// A value that is read when it is asked for, on the server's thread. Those of one name differ by their
  /// label.
  struct Label {
    std::string name;
    std::string value;
  };
  void read(std::string name, std::string help, Kind kind, std::function<double()> reading,
            std::optional<Label> label = std::nullopt);

  /// All of it in Prometheus's text format 0.0.4.
  std::string text() const;
  /// The same in two steps, for several of these, each read on its server's thread: counts, gauges and
  /// histograms of one name and label are added up.
  MetricsSnapshot snapshot() const;
  static std::string text_of(const std::vector<MetricsSnapshot>& snapshots);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::signaling
