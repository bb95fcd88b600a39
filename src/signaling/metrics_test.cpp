#include "signaling/metrics.hpp"

#include <gmock/gmock.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Metrics, CountsByLabel) {
  Metrics metrics;
  metrics.add(Count::errors, "not_joined");
  metrics.add(Count::errors, "not_joined");
  metrics.add(Count::errors, "peer_unavailable");
  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# TYPE pantheon_errors_total counter"));
  EXPECT_THAT(text, HasSubstr("pantheon_errors_total{code=\"not_joined\"} 2"));
  EXPECT_THAT(text, HasSubstr("pantheon_errors_total{code=\"peer_unavailable\"} 1"));
}

TEST(Metrics, PutsRelaysIntoBuckets) {
  Metrics metrics;
  metrics.relayed(7us);
  metrics.relayed(2ms);
  const auto text = metrics.text();
  EXPECT_THAT(text, HasSubstr("pantheon_relay_seconds_count 2"));
  EXPECT_THAT(text, HasSubstr("pantheon_relay_seconds_bucket{le=\"1e-05\"} 1"));
  EXPECT_THAT(text, HasSubstr("pantheon_relay_seconds_bucket{le=\"+Inf\"} 2"));
}

TEST(Metrics, ReadsAValueWhenItIsAskedFor) {
  Metrics metrics;
  double value = 1;
  metrics.read("pantheon_rooms", "Rooms", Metrics::Kind::gauge, [&] { return value; });
  metrics.read("pantheon_work_total", "Work", Metrics::Kind::counter, [&] { return value; });
  value = 42;
  EXPECT_THAT(metrics.text(),
              HasSubstr("# HELP pantheon_rooms Rooms\n# TYPE pantheon_rooms gauge\npantheon_rooms 42"));
  EXPECT_THAT(metrics.text(), HasSubstr("# TYPE pantheon_work_total counter\npantheon_work_total 42"));
}

TEST(Metrics, ReadingsOfOneNameAreOneFamilyWithALabelEach) {
  Metrics metrics;
  const auto read = [&](std::string value, double reading) {
    metrics.read(
        "pantheon_rooms", "Rooms", Metrics::Kind::gauge, [reading] { return reading; },
        Metrics::Label{"size", std::move(value)});
  };
  read("small", 3);
  read("large", 1);
  EXPECT_THAT(Metrics::text_of({metrics.snapshot(), metrics.snapshot()}),
              HasSubstr("# HELP pantheon_rooms Rooms\n# TYPE pantheon_rooms gauge\n"
                        "pantheon_rooms{size=\"small\"} 6\npantheon_rooms{size=\"large\"} 2"));
}

}  // namespace
}  // namespace pantheon::signaling
