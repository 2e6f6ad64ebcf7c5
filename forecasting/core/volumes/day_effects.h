// A number a day (the logarithm of the day's total, or a score of its shape) as a sum of effects:
//
//   y_d = weekday + drifting weekday + day of month + days around special ones + two levels that
//         decay + season of the year + regressors + noise
//
// Each effect is drawn from a normal distribution whose variance is learned from the series itself,
// so each is shrunk as far as the data ask: a ridge regression with one penalty per block, chosen
// by marginal likelihood (REML) rather than by hand. In its dual form this is a Gaussian process
// (Rasmussen & Williams 2006, ch. 2); the variances are found by the MM algorithm of Zhou, Hu, Qiao
// & Cho, "MM Algorithms for Variance Components Models", JCGS 28 (2019), with a weak inverse gamma
// prior. Days far from what the others say (beyond 3 standard deviations, left out themselves)
// count less, in the manner of Huber.
//
// One Cholesky factor answers for every origin in the past, too: its first rows are the factor of
// the first days. What would have been said h days ahead of each past day costs nothing more.
//
// Pure; a fitted object is immutable and safe from any thread. Cost: n^3 of the number of days.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "Eigen/Core"
#include "forecasting/core/volumes/series.h"

namespace wissel::volumes {

// What the effects of a day depend on.
struct DayFeatures {
  double t = 0;     // days since the first of the series
  int weekday = 0;  // 0 Monday
  int day_of_month = 1;
  double day_of_year = 1;
  int after = 0;               // 1, 2: first, second open day after a special one
  int before = 0;              // 1: the day before one
  Eigen::VectorXd regressors;  // standardised over the history
};

// Of the days of `history` and then of `days`, as the calendar and the regressors have them.
std::vector<DayFeatures> FeaturesOf(const Series& history, const std::vector<Date>& days);

enum class Effect : uint8_t {
  kWeekday,
  kWeekdayDrift,
  kDayOfMonth,
  kTimeOfMonth,
  kAfter,
  kBefore,
  kShortLevel,
  kLongLevel,
  kYearLevel,
  kSeason,
  kRegressor,
  kNoise,
};
constexpr int kEffects = 12;

// Where the search for the variances begins, and what the prior holds on to; the square of a
// standard deviation each. Zero: the effect is left out.
struct EffectScales {
  double constant = 1;
  std::array<double, kEffects> variance{};
};
EffectScales ScalesOfLogTotals();
EffectScales ScalesOfShapeScores();

struct Outlook {
  double mean = 0;
  double variance = 0;  // of the day's own value without the noise of counting
};

class DayEffects {
 public:
  // `y` and `counting`, the variance of y that counting alone makes, for each of `features`, which
  // rise in t. At least one day.
  static DayEffects Fit(std::vector<DayFeatures> features, const Eigen::VectorXd& y,
                        const Eigen::VectorXd& counting, EffectScales scales);

  // The same effects and variances for other values of the same days: no search.
  DayEffects Again(const Eigen::VectorXd& y, const Eigen::VectorXd& counting) const;
  // What the days are thought to have been, without the noise of counting.
  Eigen::VectorXd Fitted() const;

  Outlook At(const DayFeatures& day) const;
  double MeanAt(const DayFeatures& day) const;  // the same without the variance: n, not n^2
  // What the first `known` days would have said of day `row`, which comes after them.
  Outlook Rolling(int row, int known) const;

  const EffectScales& scales() const { return scales_; }
  double mean() const { return mean_; }
  // How many standard deviations each day is from what all others say of it.
  const Eigen::VectorXd& surprise() const { return surprise_; }

 private:
  DayEffects() = default;
  void Solve(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& y);

  std::vector<DayFeatures> features_;
  EffectScales scales_;
  double mean_ = 0;
  Eigen::MatrixXd factor_;    // lower triangular
  Eigen::VectorXd whitened_;  // factor^-1 y
  Eigen::VectorXd weights_;   // covariance^-1 y
  Eigen::VectorXd y_;
  Eigen::VectorXd counting_;  // and, of days that are far off, distrust
  Eigen::VectorXd distrust_;
  Eigen::VectorXd surprise_;
};

}  // namespace wissel::volumes
