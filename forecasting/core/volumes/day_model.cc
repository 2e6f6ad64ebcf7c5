#include "forecasting/core/volumes/day_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "Eigen/Eigenvalues"
#include "base/status.h"

namespace wissel::volumes {
namespace {

constexpr double kShapeHalfLifeDays = 120;
constexpr int kMostAxes = 2;
constexpr int kLeastDaysForAxes = 10;
constexpr int kMostDays = 800;       // the newest; older ones say nothing about the coming weeks
constexpr double kLeastKnown = 0.3;  // of a day's intervals, or else the day counts as missing
constexpr double kLeastShare = 1e-6;

// Rows of the history that can be learned from.
std::vector<int> OrdinaryRows(const Series& history) {
  std::vector<int> rows;
  for (int d = 0; d < history.day_count(); ++d) {
    const auto known = static_cast<double>(history.known.row(d).count());
    if (known < kLeastKnown * history.interval_count()) continue;
    if (!history.IsSpecial(history.days[static_cast<size_t>(d)])) rows.push_back(d);
  }
  if (static_cast<int>(rows.size()) > kMostDays) rows.erase(rows.begin(), rows.end() - kMostDays);
  return rows;
}

// The logarithm of a small count is no measure of its rate. Penalised quasi-likelihood (Breslow &
// Clayton, JASA 88 (1993), eq. 9): the counts linearised where the fit has them, a few times over.
DayEffects AsPoisson(DayEffects level, const Eigen::VectorXd& totals) {
  constexpr double kManyContacts = 400;  // a day; the logarithm is right to a thousandth there
  constexpr int kTimes = 3;
  if (totals.mean() > kManyContacts) return level;
  for (int time = 0; time < kTimes; ++time) {
    const Eigen::ArrayXd rate = level.Fitted().array().exp().max(1e-3);
    level = level.Again(rate.log() + (totals.array() - rate) / rate, rate.inverse());
  }
  return level;
}

double Median(Eigen::VectorXd values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

DayShapes::DayShapes(const Matrix& counts, const Mask& known, const Eigen::VectorXd& weights,
                     const std::vector<int>& weekdays) {
  const auto days = counts.rows();
  const auto intervals = counts.cols();
  const Eigen::VectorXd sums = counts.rowwise().sum();
  // Each interval among the days that know it, relative to what those days had in all.
  usual_ = Eigen::RowVectorXd::Zero(intervals);
  for (int i = 0; i < intervals; ++i) {
    double had = 0;
    double of = 0;
    for (int d = 0; d < days; ++d) {
      if (!known(d, i)) continue;
      had += weights(d) * counts(d, i);
      of += weights(d) * sums(d);
    }
    usual_(i) = std::max(kLeastShare, of > 0 ? had / of : 0);
  }
  usual_ /= usual_.sum();
  root_ = usual_.cwiseSqrt();
  totals_.resize(days);
  counting_.resize(days);
  Matrix scaled(days, intervals);
  for (int d = 0; d < days; ++d) {
    const double seen = known.row(d).select(usual_.array(), 0.0).sum();
    totals_(d) = sums(d) / seen;
    counting_(d) = 1 / (sums(d) + 0.5);
    for (int i = 0; i < intervals; ++i) {
      const double share = totals_(d) > 0 ? counts(d, i) / totals_(d) : usual_(i);
      scaled(d, i) = known(d, i) ? (share - usual_(i)) / root_(i) : 0;
    }
  }
  FindAxes(scaled, weights);
  FindRemainders(scaled - scores_ * axes_, weights, weekdays);
}

// The right singular vectors of the weighted shapes, by the smaller of the two Gram matrices.
void DayShapes::FindAxes(const Matrix& scaled, const Eigen::VectorXd& weights) {
  const auto days = scaled.rows();
  const auto intervals = scaled.cols();
  axes_.resize(0, intervals);
  scores_.resize(days, 0);
  if (days < kLeastDaysForAxes || intervals < 2) return;
  // A day whose shape is far off (an outage) pulls no harder than an unusual one.
  const Eigen::VectorXd length = scaled.rowwise().norm().array() / counting_.array().sqrt();
  const double usual = std::max(1e-12, Median(length));
  Eigen::VectorXd weight = weights;
  for (int d = 0; d < days; ++d) {
    weight(d) *= std::min(1.0, Eigen::numext::abs2(2 * usual / std::max(length(d), 1e-12)));
  }
  const Eigen::VectorXd root = (weight.array() / counting_.array()).sqrt();
  const Eigen::MatrixXd weighted = root.asDiagonal() * scaled;
  const bool by_days = days <= intervals;
  Eigen::MatrixXd gram;
  if (by_days) {
    gram.noalias() = weighted * weighted.transpose();
  } else {
    gram.noalias() = weighted.transpose() * weighted;
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  // Counting alone makes singular values up to this (Marchenko and Pastur 1967).
  const double noise = std::sqrt(weight.sum()) + std::sqrt(static_cast<double>(intervals));
  int kept = 0;
  const auto last = gram.rows() - 1;
  while (kept < kMostAxes && kept <= last && solver.eigenvalues()(last - kept) > noise * noise) {
    ++kept;
  }
  axes_.resize(kept, intervals);
  for (int k = 0; k < kept; ++k) {
    const Eigen::VectorXd vector = solver.eigenvectors().col(last - k);
    axes_.row(k) = by_days ? Eigen::VectorXd(weighted.transpose() * vector).normalized() : vector;
  }
  scores_ = scaled * axes_.transpose();
}

// The mean of what is left, by weekday, shrunk by s^2 / (s^2 + n t^2): s^2 between days of one
// weekday, t^2 between weekdays.
void DayShapes::FindRemainders(const Matrix& left, const Eigen::VectorXd& weights,
                               const std::vector<int>& weekdays) {
  const auto intervals = left.cols();
  const Eigen::VectorXd weight = weights.array() / counting_.array();
  Matrix means = Matrix::Zero(kWeekdays, intervals);
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(kWeekdays);
  Eigen::VectorXd squares = Eigen::VectorXd::Zero(kWeekdays);
  for (int d = 0; d < left.rows(); ++d) {
    const int w = weekdays[static_cast<size_t>(d)];
    means.row(w) += weight(d) * left.row(d);
    sum(w) += weight(d);
    squares(w) += weight(d) * weight(d);
  }
  double within = 0;
  double degrees = 0;
  for (int w = 0; w < kWeekdays; ++w) {
    if (sum(w) > 0) means.row(w) /= sum(w);
  }
  for (int d = 0; d < left.rows(); ++d) {
    const int w = weekdays[static_cast<size_t>(d)];
    within += weight(d) * (left.row(d) - means.row(w)).squaredNorm();
    degrees += weight(d) * (1 - weight(d) / sum(w));
  }
  remainders_ = Matrix::Zero(kWeekdays, intervals);
  if (degrees <= 0) return;
  within /= degrees;  // over all intervals, for one day
  double between = 0;
  double count = 0;
  for (int w = 0; w < kWeekdays; ++w) {
    if (sum(w) <= 0) continue;
    between += means.row(w).squaredNorm() - within * squares(w) / (sum(w) * sum(w));
    ++count;
  }
  between = std::max(between / count, 1e-3 * within);
  if (between <= 0) return;  // all days have the same shape
  for (int w = 0; w < kWeekdays; ++w) {
    if (sum(w) <= 0) continue;
    const double noise = within * squares(w) / (sum(w) * sum(w));
    remainders_.row(w) = means.row(w) * between / (between + noise);
  }
}

Eigen::RowVectorXd DayShapes::Shape(const Eigen::VectorXd& scores, int weekday) const {
  Eigen::RowVectorXd shift = remainders_.row(weekday);
  if (axes_.rows() > 0) shift += scores.transpose() * axes_;
  Eigen::RowVectorXd shape =
      (usual_.array() + root_.array() * shift.array()).max(kLeastShare * 0.1);
  return shape / shape.sum();
}

absl::StatusOr<DayModel> DayModel::Fit(const Series& history) {
  const std::vector<int> rows = OrdinaryRows(history);
  if (rows.empty()) {
    return RefuseField("series", "no ordinary day is known before the forecast",
                       "at least one day that is neither missing nor special");
  }
  const auto n = static_cast<int>(rows.size());
  const std::vector<DayFeatures> all = FeaturesOf(history, {});
  Matrix counts(n, history.interval_count());
  Mask known(n, history.interval_count());
  Eigen::VectorXd weights(n);
  std::vector<int> weekdays;
  std::vector<DayFeatures> features;
  for (int k = 0; k < n; ++k) {
    const int row = rows[static_cast<size_t>(k)];
    counts.row(k) = history.counts.row(row);
    known.row(k) = history.known.row(row);
    features.push_back(all[static_cast<size_t>(row)]);
    weights(k) = std::exp2((features.back().t - all.back().t) / kShapeHalfLifeDays);
    weekdays.push_back(features.back().weekday);
  }
  DayShapes shapes(counts, known, weights, weekdays);
  EffectScales level_scales = ScalesOfLogTotals();
  const double span = all.back().t - all.front().t;
  constexpr double kMoreThanAYear = 400;
  if (span > kMoreThanAYear) {
    level_scales.variance[static_cast<size_t>(Effect::kYearLevel)] = 0.1 * 0.1;
    level_scales.variance[static_cast<size_t>(Effect::kSeason)] = 0.1 * 0.1;
  }
  const Eigen::VectorXd log_totals = (shapes.totals().array() + 0.5).log();
  const DayEffects level = AsPoisson(
      DayEffects::Fit(features, log_totals, shapes.counting(), level_scales), shapes.totals());
  DayModel model(std::move(shapes), level);
  for (int a = 0; a < model.shapes_.axis_count(); ++a) {
    model.scores_.push_back(DayEffects::Fit(features, model.shapes_.Scores(a),
                                            model.shapes_.counting(), ScalesOfShapeScores()));
  }
  model.rows_ = rows;
  model.weekdays_ = std::move(weekdays);
  return model;
}

DayLook DayModel::At(const DayFeatures& day, bool with_variance) const {
  DayLook look;
  if (with_variance) {
    const Outlook outlook = level_.At(day);
    look.log_total = outlook.mean;
    look.variance = outlook.variance;
  } else {
    look.log_total = level_.MeanAt(day);
  }
  Eigen::VectorXd scores(shapes_.axis_count());
  for (int a = 0; a < scores.size(); ++a) scores(a) = scores_[static_cast<size_t>(a)].MeanAt(day);
  look.shape = shapes_.Shape(scores, day.weekday);
  return look;
}

DayLook DayModel::Rolling(int k, int origin) const {
  const auto known =
      static_cast<int>(std::lower_bound(rows_.begin(), rows_.begin() + k, origin) - rows_.begin());
  const Outlook outlook = level_.Rolling(k, known);
  DayLook look{outlook.mean, outlook.variance, {}};
  Eigen::VectorXd scores(shapes_.axis_count());
  for (int a = 0; a < scores.size(); ++a) {
    scores(a) = scores_[static_cast<size_t>(a)].Rolling(k, known).mean;
  }
  look.shape = shapes_.Shape(scores, weekdays_[static_cast<size_t>(k)]);
  return look;
}

}  // namespace wissel::volumes
