#include "forecasting/core/staffing/offered_load.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::staffing {
namespace {

constexpr std::array<std::pair<LoadMethod, std::string_view>, 6> kNames = {
    {{LoadMethod::kSippMean, "sipp-mean"},
     {LoadMethod::kSippMost, "sipp-max"},
     {LoadMethod::kLagMean, "lag-mean"},
     {LoadMethod::kLagMost, "lag-max"},
     {LoadMethod::kMolMean, "mol-mean"},
     {LoadMethod::kMolMost, "mol-max"}}};

// How many steps fit into `length`; none when they do not fit.
std::optional<size_t> StepsIn(double length, double step) {
  const double steps = std::round(length / step);
  if (!(steps >= 1) || std::abs(steps * step - length) > 1e-6 * step) return std::nullopt;
  return static_cast<size_t>(steps);
}

double RateBefore(const ArrivalCurve& curve, int64_t step, Before before) {
  const auto steps = static_cast<int64_t>(curve.per_s.size());
  if (step >= 0) return curve.per_s[static_cast<size_t>(step)];
  if (before == Before::kNothing) return 0;
  if (before == Before::kSame) return curve.per_s.front();
  return curve.per_s[static_cast<size_t>((step % steps + steps) % steps)];
}

// The mean rate of a step that lies `lag_s` earlier.
double LaggedRate(const ArrivalCurve& curve, size_t step, double lag_s, Before before) {
  const double lag = lag_s / curve.step_s;
  const auto whole = static_cast<int64_t>(std::floor(lag));
  const double part = lag - static_cast<double>(whole);
  const int64_t at = static_cast<int64_t>(step) - whole;
  return (1 - part) * RateBefore(curve, at, before) + part * RateBefore(curve, at - 1, before);
}

absl::Status Check(const ArrivalCurve& curve, double interval_s, double aht_s) {
  if (!(aht_s > 0) || !std::isfinite(aht_s)) {
    return RefuseField("aht", fmt::format("{} s is no handle time", aht_s), "above 0 s");
  }
  if (!(curve.step_s > 0) || curve.per_s.empty()) {
    return RefuseField("arrivals", "there are no arrivals", "one step or more, of above 0 s");
  }
  for (double rate : curve.per_s) {
    if (!(rate >= 0) || !std::isfinite(rate)) {
      return RefuseField("arrivals", fmt::format("{} is no rate", rate), "0 or more");
    }
  }
  const auto steps = StepsIn(interval_s, curve.step_s);
  if (!steps || curve.per_s.size() % *steps != 0) {
    return RefuseField(
        "interval", fmt::format("intervals of {:g} s do not divide the curve", interval_s),
        fmt::format("whole steps of {:g} s that make {:g} s", curve.step_s, curve.length_s()));
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view NameOf(LoadMethod method) {
  for (const auto& [value, name] : kNames) {
    if (value == method) return name;
  }
  return {};
}

std::optional<LoadMethod> LoadMethodNamed(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::vector<double> LoadOverTime(const ArrivalCurve& curve, double aht_s, Before before) {
  // Within a step m' = rate - m / aht.
  const double kept = std::exp(-curve.step_s / aht_s);
  const auto after = [&](double m, double rate) { return rate * aht_s * (1 - kept) + m * kept; };
  double m = before == Before::kNothing ? 0 : curve.per_s.front() * aht_s;
  if (before == Before::kCycle) {
    // What a cycle leaves of 0 is the start of the next, over the share of it that is gone by then.
    m = 0;
    for (double rate : curve.per_s) m = after(m, rate);
    m /= -std::expm1(-curve.length_s() / aht_s);
  }
  std::vector<double> load = {m};
  for (double rate : curve.per_s) load.push_back(m = after(m, rate));
  return load;
}

absl::StatusOr<std::vector<double>> IntervalLoads(const ArrivalCurve& curve, double interval_s,
                                                  double aht_s, LoadMethod method, Before before) {
  WISSEL_RETURN_IF_ERROR(Check(curve, interval_s, aht_s));
  const bool modified = method == LoadMethod::kMolMean || method == LoadMethod::kMolMost;
  const bool lagged = method == LoadMethod::kLagMean || method == LoadMethod::kLagMost;
  const bool most = method == LoadMethod::kSippMost || method == LoadMethod::kLagMost ||
                    method == LoadMethod::kMolMost;
  std::vector<double> over_time;
  if (modified) over_time = LoadOverTime(curve, aht_s, before);

  const size_t steps = *StepsIn(interval_s, curve.step_s);
  std::vector<double> loads;
  for (size_t from = 0; from < curve.per_s.size(); from += steps) {
    double sum = 0, greatest = 0;
    for (size_t i = from; i < from + steps; ++i) {
      double load = 0;
      if (modified) {
        load = (over_time[i] + over_time[i + 1]) / 2;
      } else {
        load = aht_s * (lagged ? LaggedRate(curve, i, aht_s, before) : curve.per_s[i]);
      }
      sum += load;
      greatest = std::max(greatest, load);
    }
    loads.push_back(most ? greatest : sum / static_cast<double>(steps));
  }
  return loads;
}

ArrivalCurve SmoothCurve(const std::vector<double>& calls, double interval_s, double step_s) {
  ArrivalCurve curve{.step_s = step_s, .per_s = {}};
  const auto steps = std::max<int>(1, static_cast<int>(std::lround(interval_s / step_s)));
  curve.step_s = interval_s / steps;
  for (size_t i = 0; i < calls.size(); ++i) {
    const double before = i == 0 ? calls[i] : calls[i - 1];
    const double after = i + 1 == calls.size() ? calls[i] : calls[i + 1];
    // Not so steep that it would fall below 0 at an end.
    const double rise = std::clamp((after - before) / 2, -2 * calls[i], 2 * calls[i]);
    for (int k = 0; k < steps; ++k) {
      const double at = (k + 0.5) / steps - 0.5;
      curve.per_s.push_back((calls[i] + rise * at) / interval_s);
    }
  }
  return curve;
}

}  // namespace wissel::staffing
