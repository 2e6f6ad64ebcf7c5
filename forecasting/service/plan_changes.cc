#include "forecasting/service/plan_changes.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/status.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/resources.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using v1::ForecastPoint;
using v1::PlanningEvent;

// What of the first day's effect is left the day after; of DECAYING.
constexpr double kLeftAfterADay = 0.5;
// Standard normal quantiles of kQuantileLevels.
constexpr double kScores[kQuantiles] = {-1.6449, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.6449};
constexpr int kTenPercent = 1, kNinetyPercent = 5;

std::map<absl::CivilDay, std::vector<ForecastPoint*>> ByDay(v1::ForecastSeries& series,
                                                            absl::TimeZone zone) {
  std::map<absl::CivilDay, std::vector<ForecastPoint*>> days;
  for (ForecastPoint& point : *series.mutable_points()) {
    if (!point.has_expected()) continue;
    const absl::CivilDay day =
        absl::ToCivilDay(absl::FromUnixSeconds(point.start_time().seconds()), zone);
    days[day].push_back(&point);
  }
  return days;
}

void Note(ForecastPoint& point, const std::string& by) {
  if (!point.has_model()) point.set_model(point.expected());
  point.add_changed_by(by);
}

// To a new mean, with an error of standard deviation `error` beside what was unsure already.
void Move(ForecastPoint& point, double expected, double error) {
  const double before = point.expected();
  const double factor = before > 0 ? expected / before : 1;
  for (int q = 0; q < point.quantiles_size() && q < kQuantiles; ++q) {
    const double off = (point.quantiles(q) - before) * factor;
    const double wide =
        std::copysign(std::hypot(off, kScores[q] * error), kScores[q] == 0 ? off : kScores[q]);
    point.set_quantiles(q, std::max(0.0, expected + (kScores[q] == 0 ? off : wide)));
  }
  point.set_expected(expected);
}

double SumOf(const std::vector<ForecastPoint*>& points) {
  double sum = 0;
  for (const ForecastPoint* point : points) sum += point->expected();
  return sum;
}

void ApplyEvent(const PlanningEvent& event,
                std::map<absl::CivilDay, std::vector<ForecastPoint*>>& days) {
  Days span;
  absl::ParseCivilTime(event.start_date(), &span.first);
  absl::ParseCivilTime(event.end_date(), &span.last);
  const std::vector<double> shares = SharesOf(event.shape(), static_cast<int>(span.count()));
  const double most = *std::max_element(shares.begin(), shares.end());
  for (size_t i = 0; i < shares.size(); ++i) {
    const auto found = days.find(span.first + static_cast<int64_t>(i));
    if (found == days.end()) continue;
    const double sum = SumOf(found->second);
    for (ForecastPoint* point : found->second) {
      // A day on which nothing is expected spreads it evenly.
      const double of_day =
          sum > 0 ? point->expected() / sum : 1.0 / static_cast<double>(found->second.size());
      const double added = event.has_contacts()
                               ? event.contacts() * shares[i] * of_day
                               : point->expected() * (event.factor() - 1) * shares[i] / most;
      if (added == 0) continue;
      Note(*point, event.name());
      Move(*point, std::max(0.0, point->expected() + added), std::abs(added) * event.uncertainty());
    }
  }
}

void ApplyOverride(const v1::Override& override, absl::TimeZone zone,
                   std::map<absl::CivilDay, std::vector<ForecastPoint*>>& days) {
  Days span;
  absl::ParseCivilTime(override.start_date(), &span.first);
  absl::ParseCivilTime(override.end_date(), &span.last);
  std::vector<ForecastPoint*> points;
  for (auto& [day, of_day] : days) {
    if (!span.Meet({day, day})) continue;
    for (ForecastPoint* point : of_day) {
      const absl::CivilMinute at =
          absl::ToCivilMinute(absl::FromUnixSeconds(point->start_time().seconds()), zone);
      const int64_t minute = at - absl::CivilMinute(day);
      if (minute >= override.from_minute() && minute < override.to_minute()) {
        points.push_back(point);
      }
    }
  }
  const double sum = SumOf(points);
  for (ForecastPoint* point : points) {
    double expected = point->expected() * override.factor();
    if (override.has_contacts()) {
      const double share =
          sum > 0 ? point->expected() / sum : 1.0 / static_cast<double>(points.size());
      expected = override.contacts() * share;
    }
    Note(*point, override.name());
    Move(*point, expected, 0);
  }
}

// The standard deviation of the rate, without the noise of single contacts.
double RateErrorOf(const ForecastPoint& point) {
  if (point.quantiles_size() != kQuantiles) return 0;
  const double width = point.quantiles(kNinetyPercent) - point.quantiles(kTenPercent);
  const double deviation = width / (kScores[kNinetyPercent] - kScores[kTenPercent]);
  return std::sqrt(std::max(0.0, deviation * deviation - point.expected()));
}

bool Holds(const PlanningEvent& event, const std::string& queue, Scenario scenario) {
  const auto& queues = event.queues();
  if (!queues.empty() && std::find(queues.begin(), queues.end(), queue) == queues.end()) {
    return false;
  }
  if (event.scenario().empty()) return true;
  const auto of = ReadScenario(event.scenario());
  return of.ok() && *of == scenario;
}

}  // namespace

absl::StatusOr<Scenario> ReadScenario(const std::string& name) {
  if (name.empty() || name == "scenarios/expected") return Scenario::kExpected;
  if (name == "scenarios/low") return Scenario::kLow;
  if (name == "scenarios/high") return Scenario::kHigh;
  if (name == "scenarios/surge") return Scenario::kSurge;
  return Refuse(absl::StatusCode::kNotFound, "scenario",
                fmt::format("there is no scenario {}", Quoted(name)),
                "scenarios/low, expected, high or surge");
}

std::vector<double> SharesOf(PlanningEvent::Shape shape, int days) {
  std::vector<double> shares(static_cast<size_t>(std::max(days, 1)), 1);
  const double middle = (static_cast<double>(shares.size()) - 1) / 2;
  double sum = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    const auto day = static_cast<double>(i);
    if (shape == PlanningEvent::DECAYING) shares[i] = std::pow(kLeftAfterADay, day);
    if (shape == PlanningEvent::RISING) shares[i] = middle + 1 - std::abs(day - middle);
    sum += shares[i];
  }
  for (double& share : shares) share /= sum;
  return shares;
}

void ApplyChanges(const std::vector<PlanningEvent>& events,
                  const std::vector<v1::Override>& overrides, Scenario scenario,
                  absl::TimeZone zone, v1::ForecastSeries& series) {
  auto days = ByDay(series, zone);
  for (const PlanningEvent& event : events) {
    if (Holds(event, series.queue(), scenario)) ApplyEvent(event, days);
  }
  for (const v1::Override& override : overrides) ApplyOverride(override, zone, days);
  if (scenario == Scenario::kExpected) return;
  const double side = scenario == Scenario::kLow ? -1 : 1;
  for (auto& [day, points] : days) {
    for (ForecastPoint* point : points) {
      const double moved = point->expected() + side * kScores[kNinetyPercent] * RateErrorOf(*point);
      if (!point->has_model()) point->set_model(point->expected());
      Move(*point, std::max(0.0, moved), 0);
    }
  }
}

}  // namespace wissel::forecasting
