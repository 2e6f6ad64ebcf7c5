#include "forecasting/core/simulation/fit.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::simulation {
namespace {

using Kind = Distribution::Kind;

constexpr int kMostPhases = 100;
constexpr double kLeastShape = 0.1, kMostShape = 20;

struct Logs {
  double n = 0, mean = 0, mean_log = 0, sd_log = 0, sum_log = 0;
};

absl::StatusOr<Logs> Summarise(const std::vector<double>& seconds) {
  Logs logs;
  double squares = 0;
  for (double s : seconds) {
    if (!(s > 0) || !std::isfinite(s)) {
      return RefuseField("seconds", fmt::format("{} s took no time", s), "above 0 s");
    }
    logs.mean += s;
    logs.sum_log += std::log(s);
  }
  logs.n = static_cast<double>(seconds.size());
  logs.mean /= logs.n;
  logs.mean_log = logs.sum_log / logs.n;
  for (double s : seconds) squares += std::pow(std::log(s) - logs.mean_log, 2);
  logs.sd_log = std::sqrt(squares / logs.n);
  if (seconds.size() < 2 || logs.sd_log < 1e-9) {
    return RefuseField("seconds", "too little, or all alike", "two or more that differ");
  }
  return logs;
}

absl::Status Check(const std::vector<Wait>& waits) {
  bool left = false;
  for (const Wait& wait : waits) {
    if (!(wait.seconds > 0) || !std::isfinite(wait.seconds)) {
      return RefuseField("waits", fmt::format("{} s is no wait", wait.seconds), "above 0 s");
    }
    left |= wait.left;
  }
  if (!left) {
    return RefuseField("waits", "nobody left: nothing is known of patience", "waits that ended so");
  }
  return absl::OkStatus();
}

// The better of two, of which one may have been refused.
absl::StatusOr<Fit> Better(absl::StatusOr<Fit> a, absl::StatusOr<Fit> b) {
  if (!a.ok() || !b.ok()) return a.ok() ? a : b;
  return a->Aic() <= b->Aic() ? a : b;
}

// Of the logarithm of the likelihood, the slope in the shape k, after the scale has been chosen for
// it; over the number who left. `longest` keeps the powers small.
double WeibullSlope(const std::vector<Wait>& waits, double longest, double left, double sum_log,
                    double k) {
  double powers = 0, weighted = 0;
  for (const Wait& wait : waits) {
    const double power = std::pow(wait.seconds / longest, k);
    powers += power;
    weighted += power * std::log(wait.seconds);
  }
  return 1 / k + sum_log / left - weighted / powers;
}

}  // namespace

absl::StatusOr<Fit> FitHandleLogNormal(const std::vector<double>& seconds) {
  WISSEL_ASSIGN_OR_RETURN(const Logs logs, Summarise(seconds));
  const double variance = logs.sd_log * logs.sd_log;
  const double mean = std::exp(logs.mean_log + variance / 2);
  Fit fit{.parameters = 2};
  WISSEL_ASSIGN_OR_RETURN(fit.distribution, Distribution::Make(Kind::kLogNormal, mean,
                                                               std::sqrt(std::expm1(variance))));
  fit.log_likelihood =
      -logs.sum_log - logs.n * (std::log(logs.sd_log) + std::log(2 * std::numbers::pi) / 2 + 0.5);
  return fit;
}

absl::StatusOr<Fit> FitHandleErlang(const std::vector<double>& seconds) {
  WISSEL_ASSIGN_OR_RETURN(const Logs logs, Summarise(seconds));
  // The mean is that of the observations whatever the number of phases; of these the likeliest.
  const auto likelihood = [&](int k) {
    const double rate = k / logs.mean;
    return logs.n * (k * std::log(rate) - std::lgamma(k) - rate * logs.mean) +
           (k - 1) * logs.sum_log;
  };
  int best = 1;
  for (int k = 2; k <= kMostPhases; ++k) {
    if (likelihood(k) > likelihood(best)) best = k;
  }
  Fit fit{.log_likelihood = likelihood(best), .parameters = 2};
  WISSEL_ASSIGN_OR_RETURN(fit.distribution, Distribution::Make(Kind::kErlang, logs.mean, best));
  return fit;
}

absl::StatusOr<Fit> FitHandle(const std::vector<double>& seconds) {
  return Better(FitHandleLogNormal(seconds), FitHandleErlang(seconds));
}

absl::StatusOr<Fit> FitPatienceExponential(const std::vector<Wait>& waits) {
  WISSEL_RETURN_IF_ERROR(Check(waits));
  double left = 0, waited = 0;
  for (const Wait& wait : waits) {
    left += wait.left;
    waited += wait.seconds;
  }
  Fit fit{.log_likelihood = left * std::log(left / waited) - left};
  WISSEL_ASSIGN_OR_RETURN(fit.distribution, Distribution::Make(Kind::kExponential, waited / left));
  return fit;
}

absl::StatusOr<Fit> FitPatienceWeibull(const std::vector<Wait>& waits) {
  WISSEL_RETURN_IF_ERROR(Check(waits));
  double left = 0, sum_log = 0, longest = 0;
  for (const Wait& wait : waits) {
    longest = std::max(longest, wait.seconds);
    if (!wait.left) continue;
    ++left;
    sum_log += std::log(wait.seconds);
  }
  // The slope falls in k: by bisection.
  double low = kLeastShape, high = kMostShape;
  if (left < 2 || WeibullSlope(waits, longest, left, sum_log, high) > 0) {
    return RefuseField("waits", "who left did so after the same wait", "two waits that differ");
  }
  for (int i = 0; i < 60; ++i) {
    const double k = (low + high) / 2;
    (WeibullSlope(waits, longest, left, sum_log, k) > 0 ? low : high) = k;
  }
  const double k = (low + high) / 2;
  double powers = 0;
  for (const Wait& wait : waits) powers += std::pow(wait.seconds / longest, k);
  const double scale = longest * std::pow(powers / left, 1 / k);
  Fit fit{.log_likelihood = left * (std::log(k) - k * std::log(scale)) + (k - 1) * sum_log - left,
          .parameters = 2};
  WISSEL_ASSIGN_OR_RETURN(fit.distribution,
                          Distribution::Make(Kind::kWeibull, scale * std::tgamma(1 + 1 / k), k));
  return fit;
}

absl::StatusOr<Fit> FitPatience(const std::vector<Wait>& waits) {
  return Better(FitPatienceExponential(waits), FitPatienceWeibull(waits));
}

std::optional<double> SpreadOfSums(const std::vector<DurationSum>& sums) {
  double count = 0, seconds = 0, squares = 0;
  int pairs = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    const DurationSum& now = sums[i];
    if (!(now.count > 0)) continue;
    count += now.count;
    seconds += now.seconds;
    if (i == 0 || !now.follows || !(sums[i - 1].count > 0)) continue;
    const DurationSum& before = sums[i - 1];
    const double apart = now.seconds / now.count - before.seconds / before.count;
    squares += apart * apart / (1 / now.count + 1 / before.count);
    ++pairs;
  }
  if (pairs < kLeastPairs || !(seconds > 0)) return std::nullopt;
  return std::sqrt(squares / pairs) / (seconds / count);
}

}  // namespace wissel::simulation
