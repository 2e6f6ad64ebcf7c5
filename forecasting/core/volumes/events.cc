#include "forecasting/core/volumes/events.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::volumes {
namespace {

constexpr double kUncertaintyOfOne = 0.5;

double Squared(double x) { return x * x; }

absl::Status Check(const Event& event) {
  if (!std::isfinite(event.size) || event.size < 0) {
    return RefuseField("size", fmt::format("{}: the size is {:g}", event.name, event.size),
                       "0 or more");
  }
  if (!std::isfinite(event.uncertainty) || event.uncertainty < 0) {
    return RefuseField("uncertainty",
                       fmt::format("{}: the uncertainty is {:g}", event.name, event.uncertainty),
                       "0 or more");
  }
  const bool positive = std::all_of(event.response.begin(), event.response.end(),
                                    [](double r) { return std::isfinite(r) && r >= 0; });
  if (event.response.empty() || !positive) {
    return RefuseField("response", fmt::format("{}: the response is no curve", event.name),
                       "a share of 0 or more for each day");
  }
  return absl::OkStatus();
}

// Gives an interval a new mean, and the variance that it then has beyond counting.
void Set(Forecast& forecast, int d, int i, double mean, double variance_of_rate) {
  forecast.mean(d, i) = mean;
  forecast.spread(d, i) = mean > 0 ? variance_of_rate / Squared(mean) : 0;
}

void ApplyFactor(Forecast& forecast, int d, const std::vector<bool>& within, const Event& event,
                 double response) {
  const double more = (event.size - 1) * response;
  for (int i = 0; i < forecast.mean.cols(); ++i) {
    if (!within[static_cast<size_t>(i)]) continue;
    const double m = forecast.mean(d, i);
    const double rate_variance = Squared(m) * (forecast.spread(d, i) * Squared(1 + more) +
                                               Squared(event.uncertainty * more));
    Set(forecast, d, i, m * (1 + more), rate_variance);
  }
}

void AddContacts(Forecast& forecast, int d, const std::vector<bool>& within, const Event& event,
                 double response) {
  double all = 0;
  double intervals = 0;
  for (int i = 0; i < forecast.mean.cols(); ++i) {
    if (!within[static_cast<size_t>(i)]) continue;
    all += forecast.mean(d, i);
    ++intervals;
  }
  for (int i = 0; i < forecast.mean.cols(); ++i) {
    if (!within[static_cast<size_t>(i)]) continue;
    const double m = forecast.mean(d, i);
    // They call when others call.
    const double extra = event.size * response * (all > 0 ? m / all : 1 / intervals);
    Set(forecast, d, i, m + extra,
        forecast.spread(d, i) * Squared(m) + Squared(event.uncertainty * extra));
  }
}

std::vector<bool> Within(const std::vector<int>& interval_starts, int from, int until) {
  std::vector<bool> within;
  within.reserve(interval_starts.size());
  for (const int start : interval_starts) within.push_back(from <= start && start < until);
  return within;
}

}  // namespace

absl::StatusOr<Forecast> WithEvents(Forecast forecast, const std::vector<int>& interval_starts,
                                    const std::vector<Event>& events) {
  for (const Event& event : events) {
    WISSEL_RETURN_IF_ERROR(Check(event));
    const std::vector<bool> within = Within(interval_starts, event.from_minute, event.until_minute);
    size_t open_day = 0;
    for (int d = 0; d < forecast.mean.rows() && open_day < event.response.size(); ++d) {
      if (forecast.days[static_cast<size_t>(d)] < event.first) continue;
      const double response = event.response[open_day++];
      if (event.effect == EventEffect::kFactor) {
        ApplyFactor(forecast, d, within, event, response);
      } else {
        AddContacts(forecast, d, within, event, response);
      }
    }
  }
  return forecast;
}

absl::StatusOr<Event> Learned(std::string name, const std::vector<PastEvent>& past, double cause,
                              Date first) {
  std::vector<double> curve;
  std::vector<double> rates;  // contacts per unit of cause, one for each event
  double causes = 0;
  for (const PastEvent& event : past) {
    if (!(event.cause > 0) || event.came.size() != event.expected.size()) {
      return RefuseField("past", fmt::format("{}: a past event has no size or no days", name),
                         "a cause above 0, and as many expected days as days that came");
    }
    double extra = 0;
    curve.resize(std::max(curve.size(), event.came.size()));
    for (size_t d = 0; d < event.came.size(); ++d) {
      curve[d] += event.came[d] - event.expected[d];
      extra += event.came[d] - event.expected[d];
    }
    rates.push_back(extra / event.cause);
    causes += event.cause;
  }
  for (double& day : curve) day = std::max(0.0, day);
  const double all = std::accumulate(curve.begin(), curve.end(), 0.0);
  if (rates.empty() || all <= 0) {
    return RefuseField("past", fmt::format("{}: nothing came of past events", name),
                       "at least one that more came of than expected");
  }
  for (double& day : curve) day /= all;
  const double rate = all / causes;
  double uncertainty = kUncertaintyOfOne;
  if (rates.size() > 1) {
    double squares = 0;
    for (const double r : rates) squares += Squared(r / rate - 1);
    const auto n = static_cast<double>(rates.size());
    // The next one differs from the mean as they do, and the mean is not known exactly either. One
    // more event that differs by half keeps two that happen to agree from being certain.
    uncertainty = std::sqrt((squares + Squared(kUncertaintyOfOne)) / n * (1 + 1 / n));
  }
  return Event{std::move(name), EventEffect::kContacts, rate * cause, uncertainty,
               first,           std::move(curve)};
}

Forecast Scenario(const Forecast& forecast, double probability) {
  Forecast scenario = forecast;
  for (int d = 0; d < forecast.mean.rows(); ++d) {
    const double common = forecast.common[static_cast<size_t>(d)];
    if (common <= 0) continue;
    // A gamma rate of mean 1 is what negative binomial counts vary around; with a mean this large
    // counting itself no longer matters.
    constexpr double kMany = 1e9;
    const double level =
        QuantilesOf(kMany, common, Shape::kNegativeBinomial, {probability}).front() / kMany;
    scenario.mean.row(d) *= level;
    scenario.spread.row(d) = (scenario.spread.row(d).array() - common).max(0.0);
    scenario.common[static_cast<size_t>(d)] = 0;
  }
  return scenario;
}

absl::StatusOr<Overridden> WithOverride(const Forecast& forecast,
                                        const std::vector<int>& interval_starts,
                                        const Override& change) {
  if (change.reason.empty()) {
    return RefuseField("reason", "an override says why", "one sentence");
  }
  if (change.factor.has_value() == change.count.has_value()) {
    return RefuseField("factor", "an override has either a factor or a count", "one of the two");
  }
  const double value = change.factor ? *change.factor : *change.count;
  if (!std::isfinite(value) || value < 0) {
    return RefuseField(change.factor ? "factor" : "count", fmt::format("{:g} is too little", value),
                       "0 or more");
  }
  Overridden overridden{forecast, forecast.mean};
  const std::vector<bool> within = Within(interval_starts, change.from_minute, change.until_minute);
  for (int d = 0; d < forecast.mean.rows(); ++d) {
    const Date day = forecast.days[static_cast<size_t>(d)];
    if (day < change.first || day > change.last) continue;
    for (int i = 0; i < forecast.mean.cols(); ++i) {
      if (!within[static_cast<size_t>(i)]) continue;
      overridden.planned.mean(d, i) = change.factor ? value * forecast.mean(d, i) : value;
    }
  }
  return overridden;
}

}  // namespace wissel::volumes
