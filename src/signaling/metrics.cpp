#include "signaling/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <vector>

#include "signaling/error.hpp"

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
  std::optional<Metrics::Label> label;
};

prometheus::MetricFamily family_of(const Reading& reading) {
  prometheus::ClientMetric metric;
  if (reading.label) metric.label.push_back({reading.label->name, reading.label->value});
  const bool is_counter = reading.kind == Metrics::Kind::counter;
  (is_counter ? metric.counter.value : metric.gauge.value) = reading.read();
  return {reading.name,
          reading.help,
          is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
          {std::move(metric)}};
}

void add_up(prometheus::ClientMetric& sum, const prometheus::ClientMetric& more) {
  sum.counter.value += more.counter.value;
  sum.gauge.value += more.gauge.value;
  sum.histogram.sample_count += more.histogram.sample_count;
  sum.histogram.sample_sum += more.histogram.sample_sum;
  for (std::size_t i = 0; i < std::min(sum.histogram.bucket.size(), more.histogram.bucket.size()); ++i)
    sum.histogram.bucket[i].cumulative_count += more.histogram.bucket[i].cumulative_count;
}

void add_up(prometheus::MetricFamily& sum, const prometheus::MetricFamily& more) {
  for (const auto& metric : more.metric) {
    const auto known = std::ranges::find(sum.metric, metric.label, &prometheus::ClientMetric::label);
    if (known == sum.metric.end()) {
      sum.metric.push_back(metric);
    } else {
      add_up(*known, metric);
    }
  }
}

}  // namespace

struct MetricsFamilies {
  std::vector<prometheus::MetricFamily> list;
};

struct Metrics::State {
  State() {
    for (const auto& row : kCounters)
      counters.push_back(&prometheus::BuildCounter().Name(row.name).Help(row.help).Register(registry));
  }

  /// Asking the library for a counter by its label takes longer than most of what is counted.
  prometheus::Counter& counter(std::size_t index, std::string_view label) {
    const std::scoped_lock lock(mutex);
    auto& known = by_label.at(index);
    const auto found = known.find(label);
    if (found != known.end()) return *found->second;
    auto& made = counters.at(index)->Add({{kCounters.at(index).label, std::string(label)}});
    known.emplace(label, &made);
    return made;
  }

  prometheus::Registry registry;
  std::vector<prometheus::Family<prometheus::Counter>*> counters;
  std::mutex mutex;
  std::array<std::map<std::string, prometheus::Counter*, std::less<>>, kCounters.size()> by_label;
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
  state_->counter(static_cast<std::size_t>(what), label).Increment();
}

void Metrics::signed_in(const core::Error* refusal) {
  add(Count::sign_ins, refusal == nullptr ? "ok" : refusal->code());
  if (refusal != nullptr && refusal->is(SignalingError::rate_limited)) add(Count::rate_limited, "connects");
}

void Metrics::relayed(std::chrono::nanoseconds took) {
  state_->relay_seconds.Observe(std::chrono::duration<double>(took).count());
}

void Metrics::read(std::string name, std::string help, Kind kind, std::function<double()> reading,
                   std::optional<Label> label) {
  state_->readings.push_back({std::move(name), std::move(help), kind, std::move(reading), std::move(label)});
}

MetricsSnapshot Metrics::snapshot() const {
  auto families = std::make_shared<MetricsFamilies>();
  families->list = state_->registry.Collect();
  for (const auto& reading : state_->readings) families->list.push_back(family_of(reading));
  return families;
}

std::string Metrics::text_of(const std::vector<MetricsSnapshot>& snapshots) {
  std::vector<prometheus::MetricFamily> all;
  for (const auto& snapshot : snapshots) {
    for (const auto& family : snapshot->list) {
      const auto known = std::ranges::find(all, family.name, &prometheus::MetricFamily::name);
      if (known == all.end()) {
        all.push_back(family);
      } else {
        add_up(*known, family);
      }
    }
  }
  return prometheus::TextSerializer().Serialize(all);
}

std::string Metrics::text() const {
  return text_of({snapshot()});
}

}  // namespace pantheon::signaling
