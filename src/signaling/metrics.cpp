#include "signaling/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <vector>

namespace pantheon::signaling {
namespace {

struct CounterRow {
  const char* name;
  const char* help;
  const char* label;
};

// In the order of Count.
constexpr std::array<CounterRow, 5> kCounters{{
    {"pantheon_sign_ins_total", "Hellos of sockets, by their result", "result"},
    {"pantheon_errors_total", "Errors that clients were told, by code", "code"},
    {"pantheon_rate_limited_total", "What came too often and was refused", "what"},
    {"pantheon_disconnects_total", "Sockets that have left, by reason", "reason"},
    {"pantheon_http_responses_total", "Answers to HTTP requests, by status", "status"},
}};

/// Seconds, from a tenth of what a relay takes on an idle machine to what people notice.
const std::vector<double> kRelayBuckets{0.000'005, 0.000'01, 0.000'025, 0.000'05, 0.000'1, 0.000'25,
                                        0.000'5,   0.001,    0.0025,    0.005,    0.01,    0.1};

struct Reading {
  std::string name;
  std::string help;
  Metrics::Kind kind;
  std::function<double()> read;
};

prometheus::MetricFamily family_of(const Reading& reading) {
  prometheus::ClientMetric metric;
  const bool is_counter = reading.kind == Metrics::Kind::counter;
  (is_counter ? metric.counter.value : metric.gauge.value) = reading.read();
  return {reading.name,
          reading.help,
          is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
          {std::move(metric)}};
}

}  // namespace

struct Metrics::State {
  State() {
    for (const auto& row : kCounters)
      counters.push_back(&prometheus::BuildCounter().Name(row.name).Help(row.help).Register(registry));
  }

  prometheus::Registry registry;
  std::vector<prometheus::Family<prometheus::Counter>*> counters;
  prometheus::Histogram& relay_seconds =
      prometheus::BuildHistogram()
          .Name("pantheon_relay_seconds")
          .Help(
              "Time from a signal's arrival until it was queued for its target; its count is that of relayed "
              "signals")
          .Register(registry)
          .Add({}, kRelayBuckets);
  std::vector<Reading> readings;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::add(Count what, std::string_view label) {
  const auto index = static_cast<std::size_t>(what);
  state_->counters.at(index)->Add({{kCounters.at(index).label, std::string(label)}}).Increment();
}

void Metrics::relayed(std::chrono::nanoseconds took) {
  state_->relay_seconds.Observe(std::chrono::duration<double>(took).count());
}

void Metrics::read(std::string name, std::string help, Kind kind, std::function<double()> reading) {
  state_->readings.push_back({std::move(name), std::move(help), kind, std::move(reading)});
}

std::string Metrics::text() const {
  auto families = state_->registry.Collect();
  for (const auto& reading : state_->readings) families.push_back(family_of(reading));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pantheon::signaling
