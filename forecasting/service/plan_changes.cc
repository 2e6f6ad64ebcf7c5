#include "forecasting/service/plan_changes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/volumes/events.h"
#include "forecasting/service/forecaster.h"
#include "forecasting/service/resources.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using v1::PlanningEvent;

// What of the first day's effect is left the day after; of DECAYING.
constexpr double kLeftAfterADay = 0.5;
constexpr double kLow = 0.1, kHigh = 0.9;

Days SpanOf(const auto& message) {
  Days span;
  absl::ParseCivilTime(message.start_date(), &span.first);
  absl::ParseCivilTime(message.end_date(), &span.last);
  return span;
}

// One event as one of each of its days, so that days before the forecast begins, and days on which
// the queue is closed, take their share with them.
std::vector<volumes::Event> DaysOfEvent(const PlanningEvent& event) {
  const Days span = SpanOf(event);
  const std::vector<double> shares = SharesOf(event.shape(), static_cast<int>(span.count()));
  const double most = *std::max_element(shares.begin(), shares.end());
  std::vector<volumes::Event> days;
  for (size_t i = 0; i < shares.size(); ++i) {
    volumes::Event day;
    day.name = event.name();
    day.first = DateOf(span.first + static_cast<int64_t>(i));
    day.uncertainty = event.uncertainty();
    if (event.has_contacts()) {
      day.effect = volumes::EventEffect::kContacts;
      day.size = event.contacts() * shares[i];
    } else {
      day.size = 1 + (event.factor() - 1) * shares[i] / most;
    }
    days.push_back(std::move(day));
  }
  return days;
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

// The planner's number for its time; `contacts` are spread as they are spread already.
volumes::Override OverrideOf(const v1::Override& override, const volumes::Forecast& forecast,
                             const std::vector<int>& starts) {
  const Days span = SpanOf(override);
  volumes::Override change;
  change.first = DateOf(span.first);
  change.last = DateOf(span.last);
  change.from_minute = override.from_minute();
  change.until_minute = override.to_minute();
  change.reason = override.reason();
  if (!override.has_contacts()) {
    change.factor = override.factor();
    return change;
  }
  double sum = 0;
  int cells = 0;
  for (size_t d = 0; d < forecast.days.size(); ++d) {
    if (forecast.days[d] < change.first || forecast.days[d] > change.last) continue;
    for (size_t i = 0; i < starts.size(); ++i) {
      if (starts[i] < change.from_minute || starts[i] >= change.until_minute) continue;
      sum += forecast.mean(static_cast<Eigen::Index>(d), static_cast<Eigen::Index>(i));
      ++cells;
    }
  }
  if (sum > 0) {
    change.factor = override.contacts() / sum;
  } else {
    change.count = cells > 0 ? override.contacts() / cells : 0;
  }
  return change;
}

// Names of what changed a point, by where it stands.
class Marks {
 public:
  explicit Marks(absl::TimeZone zone) : zone_(zone) {}

  void Add(const std::string& name, const Days& span, int from_minute, int to_minute) {
    spans_.push_back({name, span, from_minute, to_minute});
  }
  void Write(const v1::ForecastSeries& before, v1::ForecastSeries& after) const {
    for (int p = 0; p < after.points_size(); ++p) {
      v1::ForecastPoint& point = *after.mutable_points(p);
      if (!point.has_expected()) continue;
      const absl::CivilMinute local =
          absl::ToCivilMinute(absl::FromUnixSeconds(point.start_time().seconds()), zone_);
      const absl::CivilDay day(local);
      const int64_t minute = local - absl::CivilMinute(day);
      for (const Span& span : spans_) {
        if (!span.days.Meet({day, day}) || minute < span.from || minute >= span.to) continue;
        point.add_changed_by(span.name);
      }
      const double model = before.points(p).expected();
      if (point.changed_by_size() > 0 || point.expected() != model) point.set_model(model);
    }
  }

 private:
  struct Span {
    std::string name;
    Days days;
    int from = 0, to = 0;
  };
  absl::TimeZone zone_;
  std::vector<Span> spans_;
};

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

absl::Status ApplyChanges(const std::vector<PlanningEvent>& events,
                          const std::vector<v1::Override>& overrides, Scenario scenario,
                          absl::TimeZone zone, v1::ForecastSeries& series) {
  const v1::ForecastSeries before = series;
  std::vector<int> starts;
  volumes::Forecast forecast = ForecastOf(series, zone, starts);
  if (forecast.days.empty()) return absl::OkStatus();
  Marks marks(zone);
  std::vector<volumes::Event> days;
  for (const PlanningEvent& event : events) {
    if (!Holds(event, series.queue(), scenario)) continue;
    for (volumes::Event& day : DaysOfEvent(event)) days.push_back(std::move(day));
    marks.Add(event.name(), SpanOf(event), 0, 24 * 60);
  }
  WISSEL_ASSIGN_OR_RETURN(forecast, volumes::WithEvents(std::move(forecast), starts, days));
  for (const v1::Override& override : overrides) {
    WISSEL_ASSIGN_OR_RETURN(
        auto changed,
        volumes::WithOverride(forecast, starts, OverrideOf(override, forecast, starts)));
    forecast = std::move(changed.planned);
    marks.Add(override.name(), SpanOf(override), override.from_minute(), override.to_minute());
  }
  if (scenario != Scenario::kExpected) {
    forecast = volumes::Scenario(forecast, scenario == Scenario::kLow ? kLow : kHigh);
  }
  WriteBack(forecast, starts, zone, series);
  marks.Write(before, series);
  return absl::OkStatus();
}

}  // namespace wissel::forecasting
