#include "forecasting/core/volumes/day_effects.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "Eigen/Cholesky"

namespace wissel::volumes {
namespace {

// Days. A level that a week forgets, one that a season forgets, one that a year does.
constexpr double kShortLevelDays = 5;
constexpr double kLongLevelDays = 60;
constexpr double kYearLevelDays = 400;
constexpr double kTimeOfMonthDays = 3;
constexpr double kSeasonWidth = 0.35;  // radians of the year: about three weeks
constexpr double kLongestMonth = 31;
constexpr double kYear = 365.25;

constexpr int kVarianceDays = 180;  // the newest, from which variances are learned
constexpr int kLeastDays = 14;
constexpr int kIterations = 12;
constexpr double kPriorDays = 1;  // weight of the prior of each variance
constexpr double kFar = 3;        // standard deviations

size_t Index(Effect effect) { return static_cast<size_t>(effect); }

double Squared(double x) { return x * x; }

double Similarity(Effect effect, const DayFeatures& a, const DayFeatures& b) {
  const double apart = std::abs(a.t - b.t);
  const bool same_weekday = a.weekday == b.weekday;
  switch (effect) {
    case Effect::kWeekday:
      return same_weekday ? 1 : 0;
    case Effect::kWeekdayDrift:
      return same_weekday ? std::exp(-apart / kLongLevelDays) : 0;
    case Effect::kDayOfMonth:
      return a.day_of_month == b.day_of_month ? 1 : 0;
    case Effect::kTimeOfMonth: {
      const double days = std::abs(a.day_of_month - b.day_of_month);
      return std::exp(-Squared(std::min(days, kLongestMonth - days) / kTimeOfMonthDays) / 2);
    }
    case Effect::kAfter:
      return a.after > 0 && a.after == b.after ? 1 : 0;
    case Effect::kBefore:
      return a.before > 0 && a.before == b.before ? 1 : 0;
    case Effect::kShortLevel:
      return std::exp(-apart / kShortLevelDays);
    case Effect::kLongLevel:
      return std::exp(-apart / kLongLevelDays);
    case Effect::kYearLevel:
      return std::exp(-apart / kYearLevelDays);
    case Effect::kSeason: {
      const double angle = M_PI * (a.day_of_year - b.day_of_year) / kYear;
      return std::exp(-2 * Squared(std::sin(angle) / kSeasonWidth));
    }
    case Effect::kRegressor:
      return a.regressors.size() == 0 ? 0 : a.regressors.dot(b.regressors);
    case Effect::kNoise:
      break;
  }
  return 0;  // noise is the day's own: it stands on the diagonal
}

double Covariance(const EffectScales& scales, const DayFeatures& a, const DayFeatures& b) {
  double sum = scales.constant;
  for (int e = 0; e < kEffects; ++e) {
    const double variance = scales.variance[static_cast<size_t>(e)];
    if (variance > 0) sum += variance * Similarity(static_cast<Effect>(e), a, b);
  }
  return sum;
}

double Noise(const EffectScales& scales) { return scales.variance[Index(Effect::kNoise)]; }

// The variances of the effects from the newest days.
class VarianceSearch {
 public:
  VarianceSearch(const std::vector<DayFeatures>& features, const Eigen::VectorXd& y,
                 const Eigen::VectorXd& counting, EffectScales start)
      : n_(std::min<int>(kVarianceDays, static_cast<int>(features.size()))),
        y_(y.tail(n_)),
        counting_(counting.tail(n_)),
        prior_(start),
        scales_(start) {
    const auto newest = features.end() - n_;
    for (int e = 0; e < kEffects; ++e) {
      if (start.variance[static_cast<size_t>(e)] <= 0) continue;
      const auto effect = static_cast<Effect>(e);
      Eigen::MatrixXd similar = Eigen::MatrixXd::Identity(n_, n_);
      if (effect != Effect::kNoise) {
        for (int c = 0; c < n_; ++c) {
          for (int r = c; r < n_; ++r) {
            similar(r, c) = similar(c, r) = Similarity(effect, newest[r], newest[c]);
          }
        }
      }
      if (effect != Effect::kNoise && similar.cwiseAbs().maxCoeff() == 0) {
        continue;  // no day has it: the prior stands
      }
      effects_.push_back(static_cast<size_t>(e));
      similar_.push_back(std::move(similar));
    }
  }

  EffectScales Run() {
    if (n_ < kLeastDays) return scales_;  // so few days say nothing about variances
    for (int i = 0; i < kIterations; ++i) Step();
    return scales_;
  }

 private:
  // Zhou et al. (2019), eq. 6, with the prior of one more day at the scale where it began: the
  // surrogate tr v + (v0^2 q + p s) / v + p log v is least at the root of a quadratic.
  void Step() {
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Constant(n_, n_, scales_.constant);
    for (size_t k = 0; k < effects_.size(); ++k) {
      covariance += scales_.variance[effects_[k]] * similar_[k];
    }
    covariance.diagonal() += counting_;
    const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
    const Eigen::MatrixXd inverse = factor.solve(Eigen::MatrixXd::Identity(n_, n_));
    const Eigen::VectorXd weights = inverse * y_;
    for (size_t k = 0; k < effects_.size(); ++k) {
      double& variance = scales_.variance[effects_[k]];
      const double trace = inverse.cwiseProduct(similar_[k]).sum();
      const double quadratic = weights.dot(similar_[k] * weights);
      const double target =
          Squared(variance) * quadratic + kPriorDays * prior_.variance[effects_[k]];
      variance = (std::sqrt(Squared(kPriorDays) + 4 * trace * target) - kPriorDays) / (2 * trace);
    }
  }

  const int n_;
  const Eigen::VectorXd y_;
  const Eigen::VectorXd counting_;
  const EffectScales prior_;
  EffectScales scales_;
  std::vector<size_t> effects_;
  std::vector<Eigen::MatrixXd> similar_;
};

Eigen::MatrixXd CovarianceOf(const EffectScales& scales, const std::vector<DayFeatures>& features,
                             const Eigen::VectorXd& counting) {
  const int n = static_cast<int>(features.size());
  Eigen::MatrixXd covariance(n, n);
  for (int c = 0; c < n; ++c) {
    for (int r = c; r < n; ++r) {
      covariance(r, c) = covariance(c, r) =
          Covariance(scales, features[static_cast<size_t>(r)], features[static_cast<size_t>(c)]);
    }
    covariance(c, c) += Noise(scales) + counting(c);
  }
  return covariance;
}

// Standard deviations from what the others say: weight over the root of its precision (Rasmussen &
// Williams 2006, eq. 5.12).
Eigen::VectorXd Surprise(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& y) {
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  const auto n = covariance.rows();
  const Eigen::MatrixXd root =
      factor.matrixL().solve(Eigen::MatrixXd::Identity(n, n));  // inverse = root' root
  const Eigen::VectorXd weights = factor.solve(y);
  return weights.array() / root.colwise().norm().transpose().array();
}

}  // namespace

EffectScales ScalesOfLogTotals() {
  EffectScales scales;
  scales.constant = 1;
  scales.variance = {Squared(0.3),
                     Squared(0.03),
                     Squared(0.03),
                     Squared(0.03),
                     Squared(0.1),
                     Squared(0.05),
                     Squared(0.05),
                     Squared(0.08),
                     0,
                     0,
                     Squared(0.03),
                     Squared(0.04)};
  return scales;
}

EffectScales ScalesOfShapeScores() {
  EffectScales scales;
  scales.constant = Squared(0.01);
  scales.variance = {Squared(0.02),
                     Squared(0.01),
                     Squared(0.005),
                     Squared(0.005),
                     Squared(0.01),
                     Squared(0.01),
                     Squared(0.01),
                     Squared(0.01),
                     0,
                     0,
                     Squared(0.005),
                     Squared(0.01)};
  return scales;
}

DayEffects DayEffects::Fit(std::vector<DayFeatures> features, const Eigen::VectorXd& y,
                           const Eigen::VectorXd& counting, EffectScales scales) {
  DayEffects fitted;
  fitted.mean_ = y.mean();
  fitted.counting_ = counting;
  const Eigen::VectorXd centred = y.array() - fitted.mean_;
  fitted.scales_ = VarianceSearch(features, centred, fitted.counting_, scales).Run();
  Eigen::MatrixXd covariance = CovarianceOf(fitted.scales_, features, fitted.counting_);
  fitted.surprise_ = Surprise(covariance, centred);
  fitted.distrust_ = Eigen::VectorXd::Zero(y.size());
  for (int d = 0; d < centred.size(); ++d) {
    if (std::abs(fitted.surprise_(d)) <= kFar) continue;
    const double own = Noise(fitted.scales_) + counting(d);
    fitted.distrust_(d) = own * (Squared(fitted.surprise_(d)) - 1);
  }
  if (fitted.distrust_.maxCoeff() > 0) {  // they had a part in the variances as well
    fitted.counting_ += fitted.distrust_;
    fitted.scales_ = VarianceSearch(features, centred, fitted.counting_, fitted.scales_).Run();
    covariance = CovarianceOf(fitted.scales_, features, fitted.counting_);
  }
  fitted.features_ = std::move(features);
  fitted.Solve(covariance, y);
  return fitted;
}

void DayEffects::Solve(const Eigen::MatrixXd& covariance, const Eigen::VectorXd& y) {
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  y_ = y;
  const Eigen::VectorXd centred = y.array() - mean_;
  factor_ = factor.matrixL();
  whitened_ = factor.matrixL().solve(centred);
  weights_ = factor.solve(centred);
}

DayEffects DayEffects::Again(const Eigen::VectorXd& y, const Eigen::VectorXd& counting) const {
  DayEffects again = *this;
  again.counting_ = counting + distrust_;
  again.mean_ = y.mean();
  again.Solve(CovarianceOf(scales_, features_, again.counting_), y);
  return again;
}

Eigen::VectorXd DayEffects::Fitted() const { return y_ - counting_.cwiseProduct(weights_); }

double DayEffects::MeanAt(const DayFeatures& day) const {
  double sum = mean_;
  for (size_t d = 0; d < features_.size(); ++d) {
    sum += weights_(static_cast<int>(d)) * Covariance(scales_, features_[d], day);
  }
  return sum;
}

Outlook DayEffects::At(const DayFeatures& day) const {
  const auto n = static_cast<int>(features_.size());
  Eigen::VectorXd covariance(n);
  for (int d = 0; d < n; ++d) {
    covariance(d) = Covariance(scales_, features_[static_cast<size_t>(d)], day);
  }
  const Eigen::VectorXd whitened = factor_.triangularView<Eigen::Lower>().solve(covariance);
  const double known = whitened.squaredNorm();
  const double prior = Covariance(scales_, day, day) + Noise(scales_);
  return {mean_ + covariance.dot(weights_), std::max(0.0, prior - known)};
}

Outlook DayEffects::Rolling(int row, int known) const {
  const auto before = factor_.row(row).head(known);
  const double left = factor_.row(row).segment(known, row - known + 1).squaredNorm();
  return {mean_ + before.dot(whitened_.head(known)), std::max(0.0, left - counting_(row))};
}

std::vector<DayFeatures> FeaturesOf(const Series& history, const std::vector<Date>& days) {
  std::vector<Date> all = history.days;
  all.insert(all.end(), days.begin(), days.end());
  std::array<bool, kWeekdays> open{};
  for (const Date d : all) open[static_cast<size_t>(d.weekday())] = true;
  const auto neighbour = [&open](Date day, int step) {
    do {
      day = day + step;
    } while (!open[static_cast<size_t>(day.weekday())]);
    return day;
  };
  std::vector<DayFeatures> features;
  features.reserve(all.size());
  const Date first = all.front();
  for (const Date day : all) {
    DayFeatures f;
    f.t = day - first;
    f.weekday = static_cast<int>(day.weekday());
    f.day_of_month = day.day();
    f.day_of_year = day - Date::Of(day.year(), 1, 1) + 1;
    if (!history.IsSpecial(day)) {
      const Date last = neighbour(day, -1);
      if (history.IsSpecial(last)) {
        f.after = 1;
      } else if (history.IsSpecial(neighbour(last, -1))) {
        f.after = 2;
      }
      f.before = history.IsSpecial(neighbour(day, +1)) ? 1 : 0;
    }
    features.push_back(std::move(f));
  }
  const auto columns = static_cast<int>(history.regressors.size());
  for (DayFeatures& f : features) f.regressors = Eigen::VectorXd::Zero(columns);
  for (int c = 0; c < columns; ++c) {
    const auto& values = history.regressors[static_cast<size_t>(c)].values;
    Eigen::ArrayXd column = Eigen::ArrayXd::Zero(static_cast<int>(all.size()));
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (const Date day : history.days) {
      const auto value = values.find(day);
      if (value == values.end()) continue;
      sum += value->second;
      squares += Squared(value->second);
      ++count;
    }
    if (count == 0) continue;
    const double mean = sum / count;
    const double deviation = std::sqrt(std::max(0.0, squares / count - Squared(mean)));
    if (deviation <= 1e-12 * std::abs(mean)) continue;
    for (size_t d = 0; d < all.size(); ++d) {
      const auto value = values.find(all[d]);
      if (value != values.end()) features[d].regressors(c) = (value->second - mean) / deviation;
    }
  }
  return features;
}

}  // namespace wissel::volumes
